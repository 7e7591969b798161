"""TensorFlow Serving's RESTful API, over a socket."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import gzip
import json
import pathlib
import socket
from collections.abc import Callable

import pytest
import requests

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.rest_server import RestServer


@pytest.fixture(scope="module")
def url(server: ModelServer) -> str:
    return f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy"


def predict(url: str, **body: object) -> dict:
    response = requests.post(f"{url}:predict", json=body, timeout=10)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


AVAILABLE = {
    "model_version_status": [
        {
            "version": "3",
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
    ]
}


@pytest.mark.parametrize("path", ["", "/versions/3", f"/versions/{3:05000}"])
def test_status(url: str, path: str):
    response = requests.get(url + path, timeout=10)
    assert response.status_code == 200
    assert response.json() == AVAILABLE


@pytest.mark.parametrize("path", ["/metadata", "/versions/3/metadata"])
def test_metadata(url: str, path: str):
    document = requests.get(url + path, timeout=10).json()
    assert document["model_spec"] == {"name": "toy", "signature_name": "", "version": "3"}
    signature = document["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["method_name"] == "tensorflow/serving/predict"
    x = signature["inputs"]["x"]
    assert x["dtype"] == "DT_FLOAT"
    assert [dim["size"] for dim in x["tensor_shape"]["dim"]] == ["-1", "2"]
    assert x["tensor_shape"]["unknown_rank"] is False


def test_predict_in_rows(url: str):
    instances = [{"x": [1, 2], "tag": "a"}, {"x": [3, 4], "tag": {"b64": "Yg=="}}]
    assert predict(url, instances=instances) == {
        "predictions": [
            {"sum": 6.0, "tag": "a", "tag_bytes": {"b64": "YQ=="}},
            {"sum": 14.0, "tag": "b", "tag_bytes": {"b64": "Yg=="}},
        ]
    }


def test_predict_in_columns(url: str):
    assert predict(url, inputs={"x": [[1, 2], [3, 4]], "tag": ["a", "b"]}) == {
        "outputs": {
            "sum": [6.0, 14.0],
            "tag": ["a", "b"],
            "tag_bytes": [{"b64": "YQ=="}, {"b64": "Yg=="}],
        }
    }


def test_predict_with_one_input_and_one_output(url: str):
    assert predict(url, signature_name="scaled", instances=[0.1, 2]) == {"predictions": [0.2, 4.0]}
    assert predict(url, signature_name="scaled", inputs=[0.1, 2]) == {"outputs": [0.2, 4.0]}
    assert predict(url, signature_name="slow", inputs=5) == {"outputs": 5}


def test_predict_of_every_type(url: str):
    columns = {"i32": [-1], "i64": [2**53 + 1], "u8": [255], "flag": [True], "f64": [0.1]}
    outputs = predict(url, signature_name="types", inputs=columns)["outputs"]
    assert outputs == {f"out_{name}": value for name, value in columns.items()}


def test_names_that_the_signature_does_not_have_are_ignored_in_columns(url: str):
    inputs = {"x": [1], "id": "of the client"}
    assert predict(url, signature_name="scaled", inputs=inputs) == {"outputs": [2.0]}


def test_predict_by_version(url: str):
    assert predict(f"{url}/versions/3", signature_name="scaled", inputs=[1]) == {"outputs": [2.0]}


def test_paths_are_matched_in_any_case(server: ModelServer):
    root = f"http://127.0.0.1:{server.rest_api_port}"
    assert requests.get(f"{root}/V1/Models/toy", timeout=10).json() == AVAILABLE
    assert requests.get(f"{root}/v1/models/%74oy", timeout=10).json() == AVAILABLE


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/v1/models/nope", 404, "Could not find any versions of model nope"),
        ("GET", "/v1/models/toy/versions/4", 404, "Could not find version 4 of model toy"),
        ("GET", "/v1/models/toy/labels/new", 400, "Unrecognized servable version label: new"),
        ("GET", "/v1/models/nope/metadata", 404, "Servable not found for request: Latest(nope)"),
        ("GET", "/v1/models/toy/versions/99999999999999999999", 400, "Failed to convert version"),
        ("GET", "/v1/models/toy/versions/" + "9" * 5000, 400, "Failed to convert version"),
        ("GET", "/v1/models", 400, "Missing model name in request."),
        ("POST", "/v1/models", 400, "Malformed request: POST /v1/models"),
        ("GET", "/v1/models/", 400, "Malformed request: GET /v1/models/"),
        ("GET", "/v1/models/toy/", 400, "Malformed request"),
        ("POST", "/v1/models/toy:predict/", 400, "Malformed request"),
        ("GET", "/v1/models/toy/versions/0", 404, "Could not find version 0 of model toy"),
        ("GET", "/v1/models/toy/versions/-1", 400, "Malformed request"),
        ("GET", f"/v1/models/toy/versions/{2**63}", 400, "Failed to convert version"),
        ("GET", f"/v1/models/toy/versions/{2**63 - 1}", 404, "Could not find version"),
        ("GET", "/v1/models/toy/versions/3/labels/x", 400, "Malformed request"),
        ("POST", "/v1/models/toy/versions/3/labels/x:predict", 400, "Malformed request"),
        ("TRACE", "/v1/models/toy", 400, "Malformed request: TRACE /v1/models/toy"),
        ("PROPFIND", "/v1/models/toy", 400, "Malformed request"),
        ("QUERY", "/nowhere", 404, "/v1/models/NAME"),
        ("GET", "/v1/models/toy:predict", 400, "Malformed request"),
        ("GET", "/v1/models/toy/versions/x", 400, "Malformed request"),
        ("POST", "/v1/models/toy", 400, "Malformed request"),
        ("PUT", "/v1/models/toy", 400, "Malformed request"),
        ("POST", "/v1/models/nope:predict", 404, "Servable not found for request: Latest(nope)"),
        ("POST", "/v1/models/toy/versions/4:predict", 404, "Specific(toy, 4)"),
        ("POST", "/v1/models/toy/labels/new:predict", 400, "Unrecognized servable version label"),
        ("POST", "/v1/models/toy:classify", 400, "'examples' is expected"),
        ("POST", "/v1/models/toy:regress", 400, "'examples' is expected"),
        ("GET", "/", 404, "/v1/models/NAME"),
    ],
)
def test_paths_that_fail(server: ModelServer, method: str, path: str, status: int, words: str):
    url = f"http://127.0.0.1:{server.rest_api_port}{path}"
    response = requests.request(method, url, data='{"instances": [1]}', timeout=10)
    assert response.status_code == status
    assert list(response.json()) == ["error"]
    assert words in response.json()["error"]


def speak(server: ModelServer, request: bytes) -> tuple[int, str]:
    """The status and the words of the error that a request gets; the server must close."""
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 10) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.decode().partition("\r\n\r\n")
    assert "content-type: application/json" in head
    return int(head.split()[1]), json.loads(body).get("error", "")


@pytest.mark.parametrize("path", ["/v1/models/toy", "/V1/models/toy/versions/3?x=http://y/z"])
@pytest.mark.parametrize("origin", ["http://localhost", "HTTP://127.0.0.1:8501", "https://proxy"])
def test_a_target_may_have_its_host(server: ModelServer, origin: str, path: str):
    head = f"GET {origin}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert speak(server, head.encode()) == (200, "")


@pytest.mark.parametrize(
    ("target", "status"), [("*", 404), ("http://localhost", 404), ("http://localhost/v1/x", 400)]
)
def test_targets_of_other_forms_are_told_in_json(server: ModelServer, target: str, status: int):
    head = f"OPTIONS {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    found, words = speak(server, head.encode())
    assert found == status and "OPTIONS" in words


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n",
        b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /v1/models/\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_no_http_is_told_in_json(server: ModelServer, request_: bytes):
    assert speak(server, request_) == (400, "Invalid HTTP request received.")


def test_a_body_that_is_announced(server: ModelServer):
    """Expect: 100-continue, as curl sends with bodies of more than a kilobyte."""
    body = b'{"signature_name": "scaled", "inputs": [1]}'
    head = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 10) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "body",
    [
        '{"signature_name": "\\ud800", "inputs": [1]}',
        '{"instances": [{"\\ud800": 1}]}',
        '{"inputs": {"x": [1e400]}}',
        '{"inputs": ' + "[" * 40 + "1" + "]" * 40 + "}",
        '{"examples": [{"\\ud800": 1}]}',
        '{"signature_name": "\\ud800", "examples": [{}]}',
    ],
)
@pytest.mark.parametrize("method", ["predict", "classify", "regress"])
def test_no_body_is_an_internal_error(url: str, method: str, body: str):
    response = requests.post(f"{url}:{method}", data=body, timeout=10)
    assert response.status_code == 400 and response.json()["error"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ('{"instances": [', 400, "JSON Parse error"),
        ('{"signature_name": "nope", "inputs": 1}', 400, '"nope" not found'),
        ('{"inputs": {"x": [[1, 2]]}}', 400, "Missing but required: {tag}"),
        ('{"inputs": {"X": [[1, 2]], "tag": ["a"]}}', 400, "Missing but required: {x}"),
        ('{"instances": [{"x": [1, 2], "tag": "a", "z": 1}]}', 400, "named input: z"),
        ('{"inputs": {"x": [1, 2], "tag": ["a"]}}', 400, "got shape [2]"),
        ('{"inputs": {"x": [["1", 2]], "tag": ["a"]}}', 400, "not of expected type: float"),
        ('{"signature_name": "decode", "instances": [{"b64": "YQ=="}]}', 400, "PNG"),
        ('{"signature_name": "unbatched", "instances": [1, 2]}', 400, "no shape information"),
        ('{"signature_name": "slow", "inputs": 2147483647}', 504, ""),
    ],
)
def test_bodies_that_fail(url: str, body: str, status: int, words: str):
    response = requests.post(f"{url}:predict", data=body, timeout=10)
    assert response.status_code == status
    assert words in response.json()["error"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large(url: str, chunked: bool):
    body = b" " * (2 << 20)
    data = (body[i : i + 65536] for i in range(0, len(body), 65536)) if chunked else body
    response = requests.post(f"{url}:predict", data=data, timeout=10)
    assert response.status_code == 413
    assert "--max_request_bytes" in response.json()["error"]


def test_a_large_request_within_the_limit(url: str):
    blob = base64.b64encode(bytes(600_000)).decode()
    answer = predict(url, inputs={"x": [[0, 0]], "tag": [{"b64": blob}]})
    assert answer["outputs"]["tag_bytes"] == [{"b64": blob}]


def test_compressed_bodies(url: str):
    def post(data: bytes, encoding: str = "gzip") -> requests.Response:
        headers = {"Content-Encoding": encoding}
        return requests.post(f"{url}:predict", data=data, headers=headers, timeout=10)

    body = gzip.compress(b'{"signature_name": "scaled", "inputs": [1]}')
    assert post(body).json() == {"outputs": [2.0]}
    assert post(body[:-9]).status_code == post(b"no gzip").status_code == 400
    assert post(body, "X-GZIP").json() == {"outputs": [2.0]}
    assert post(b'{"signature_name": "scaled", "inputs": [1]}', "").json() == {"outputs": [2.0]}
    assert post(body, "br").status_code == post(body, "gzip, gzip").status_code == 400
    assert post(gzip.compress(b" " * (2 << 20))).status_code == 413  # a few kilobytes as sent


def test_pages_of_other_servers(toy_folder: pathlib.Path, options: Callable, url: str):
    assert "Access-Control-Allow-Origin" not in requests.get(url, timeout=10).headers
    assert requests.options(url, timeout=10).status_code == 400
    with ModelServer(options(toy_folder, port=0, rest_api_enable_cors_support=True)) as server:
        url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy"
        for response in (
            requests.get(url, timeout=10),
            requests.options(f"{url}:predict", timeout=10),
        ):
            assert response.status_code == 200
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Origin" in requests.get(f"{url}x", timeout=10).headers


def test_the_time_of_a_request_counts_from_its_arrival(toy_folder: pathlib.Path, options: Callable):
    """With one thread, a request that waits behind a long one has no time left for itself."""
    changes = {"rest_api_num_threads": 1, "rest_api_timeout_in_ms": 500, "port": 0}
    with ModelServer(options(toy_folder, **changes)) as server:
        url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict"
        bodies = [{"signature_name": "slow", "inputs": 2**31 - 1}] * 2
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda b: requests.post(url, json=b, timeout=10), bodies))
        assert [answer.status_code for answer in answers] == [504, 504]
        assert any("over before it could be run" in answer.text for answer in answers)


def test_answers_do_not_wait_for_acknowledgements():
    """Nagle's algorithm is off; with it an answer on a kept connection takes 40 ms and more."""

    async def no_delay() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            found.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = RestServer.listen("127.0.0.1", 0)
        async with await asyncio.start_server(accepted, sock=listening):
            with socket.create_connection(listening.getsockname()):
                return await found

    assert asyncio.run(no_delay()) == 1
