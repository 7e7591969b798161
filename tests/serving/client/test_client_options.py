"""Token, TLS, retries and long lists, over gRPC and REST."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.server
import json
import pathlib
import socket
import threading
from collections.abc import Iterator

import grpc
import numpy as np
import pytest
from click.testing import CliRunner
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

from objects_that_sound.serving.client.client_options import ONCE, ClientOptions
from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

TOKEN = "open sesame"
PROTOCOLS = ("grpc", "rest")


@pytest.fixture(scope="module")
def certificate(
    key_and_certificate: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[pathlib.Path, pathlib.Path]:
    """The server's SSLConfig, and its PEM."""
    private, public = key_and_certificate
    folder = tmp_path_factory.mktemp("tls")
    config, authority = folder / "ssl.config", folder / "ca.pem"
    config.write_text(f"server_key: {json.dumps(private)} server_cert: {json.dumps(public)}")
    authority.write_text(public)
    return config, authority


@pytest.fixture(scope="module")
def guarded(
    certificate: tuple[pathlib.Path, pathlib.Path],
    toy_folder: pathlib.Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Addresses of a server with TLS and a token, by protocol."""
    token_file = tmp_path_factory.mktemp("token") / "token"
    token_file.write_text(TOKEN + "\n")
    options = ModelServerOptions(
        toy_folder,
        model_name="toy",
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
        ssl_config_file=certificate[0],
        rest_api_enable_ssl=True,
        api_token_file=token_file,
        grace_seconds=1,
    )
    with ModelServer(options) as server:
        yield {"grpc": f"127.0.0.1:{server.port}", "rest": f"127.0.0.1:{server.rest_api_port}"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_token_and_authority(
    protocol: str,
    guarded: dict[str, str],
    certificate: tuple[pathlib.Path, pathlib.Path],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")  # the option wins
    options = ClientOptions(TOKEN, ca_file=certificate[1])
    with connect("toy", guarded[protocol], protocol, 10, options) as client:
        assert [status.version for status in client.model_status()] == [3]
        outputs = client.predict("scaled", {"x": np.float32([1, 2])}, {"y": np.float32})
        assert outputs["y"].tolist() == [2, 4]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_the_token(
    protocol: str, guarded: dict[str, str], certificate: tuple[pathlib.Path, pathlib.Path]
):
    for token in (None, "wrong"):
        options = ClientOptions(token, ca_file=certificate[1])
        with (
            connect("toy", guarded[protocol], protocol, 10, options) as client,
            pytest.raises(ModelServerError, match="token") as caught,
        ):
            client.model_status()
        assert caught.value.code == "UNAUTHENTICATED"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_certificate_of_an_unknown_authority(protocol: str, guarded: dict[str, str]):
    options = ClientOptions(TOKEN, tls=True, retries=0)
    with (
        connect("toy", guarded[protocol], protocol, 10, options) as client,
        pytest.raises(ConnectionError, match=r"(?is)over TLS.*certificate"),
    ):
        client.model_status()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_authority(protocol: str, tmp_path: pathlib.Path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        connect("toy", protocol=protocol, options=ClientOptions(ca_file=tmp_path / "nothing"))


def test_options_that_cannot_be():
    with pytest.raises(ValueError, match="retries"):
        ClientOptions(retries=5)
    for token in ("", "two\nlines", "café"):
        with pytest.raises(ValueError, match="token"):
            ClientOptions(token)


class _Unavailable(model_service_pb2_grpc.ModelServiceServicer):
    """UNAVAILABLE so often, then an answer."""

    def __init__(self, failures: int):
        self.failures, self.asked = failures, 0

    def GetModelStatus(self, request, context):  # noqa: N802 - gRPC's name
        self.asked += 1
        if self.asked <= self.failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "busy")
        response = get_model_status_pb2.GetModelStatusResponse()
        response.model_version_status.add(version=7, state="AVAILABLE")
        return response


@pytest.fixture
def unavailable(request: pytest.FixtureRequest) -> Iterator[tuple[str, str, _Unavailable]]:
    """Protocol, address and counter of a server that fails twice."""
    counter = _Unavailable(2)
    if request.param == "grpc":
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(counter, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield "grpc", f"127.0.0.1:{port}", counter
        server.stop(None)
        return

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            counter.asked += 1
            busy = counter.asked <= counter.failures
            status = {"error_code": "OK", "error_message": ""}
            version = {"version": "7", "state": "AVAILABLE", "status": status}
            body = {"error": "busy"} if busy else {"model_version_status": [version]}
            text = json.dumps(body).encode()
            self.send_response(503 if busy else 200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        yield "rest", f"127.0.0.1:{web.server_port}", counter
        web.shutdown()
        thread.join()


@pytest.mark.parametrize("unavailable", PROTOCOLS, indirect=True)
def test_unavailable_is_asked_again(unavailable: tuple[str, str, _Unavailable]):
    protocol, server, counter = unavailable
    with connect("m", server, protocol, 30) as client:
        assert client.model_status()[0].version == 7
    assert counter.asked == 3


@pytest.mark.parametrize("unavailable", PROTOCOLS, indirect=True)
def test_only_as_often_as_asked_for(unavailable: tuple[str, str, _Unavailable]):
    protocol, server, counter = unavailable
    for options, asked in ((ONCE, 1), (ClientOptions(retries=1), 3)):
        counter.failures = 9
        with (
            connect("m", server, protocol, 30, options) as client,
            pytest.raises(ModelServerError, match="busy") as caught,
        ):
            client.model_status()
        assert caught.value.code == "UNAVAILABLE"  # in the server's own words
        assert counter.asked == asked


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_server_that_hangs_up_is_no_server(protocol: str):
    """Which said nothing that could be passed on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            with contextlib.suppress(OSError):
                while True:
                    listening.accept()[0].close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        server = f"127.0.0.1:{listening.getsockname()[1]}"
        with (
            connect("m", server, protocol, 10, ONCE) as client,
            pytest.raises(ConnectionError, match=f"no model server at {server}"),
        ):
            client.model_status()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_long_lists_are_sent_in_parts(
    protocol: str, sound_server: ModelServer, png: bytes, pcm: bytes
):
    ports = {"grpc": sound_server.port, "rest": sound_server.rest_api_port}
    with connect("objects-that-sound", f"127.0.0.1:{ports[protocol]}", protocol, 30) as client:
        sizes = _count_requests(client)
        client.max_batch = 2
        quiet = bytes(len(pcm))
        scores = client.score([png] * 5, [pcm, quiet, pcm, quiet, pcm])
        np.testing.assert_allclose(scores, [0.1, 0, 0.1, 0, 0.1], atol=1e-3)
        assert client.embed_audio([pcm] * 3).shape == (3, 2)
        assert len(client.localise([png] * 3, [pcm] * 3)) == 3
        assert sizes == [2, 2, 1, 2, 1, 2, 1]


def _count_requests(client: ModelClient) -> list[int]:
    """Gathers the sizes of the requests that the client sends from now on."""
    sizes: list[int] = []
    predict = client.predict

    def counting(signature_name, inputs, outputs):
        sizes.append(len(next(iter(inputs.values()))))
        return predict(signature_name, inputs, outputs)

    client.predict = counting  # type: ignore[method-assign]
    return sizes


def test_commands_take_them(
    guarded: dict[str, str],
    certificate: tuple[pathlib.Path, pathlib.Path],
    png: bytes,
    tmp_path: pathlib.Path,
):
    from objects_that_sound.tfx_pipeline.commands import embed

    (tmp_path / "token").write_text(TOKEN + "\n")
    (tmp_path / "image.png").write_bytes(png)
    (tmp_path / "empty").write_text("")
    fixed = [
        *("--image", str(tmp_path / "image.png"), "--protocol", "rest", "--model_name", "toy"),
        *("--server", guarded["rest"], "--ca-file", str(certificate[1])),
    ]

    def output(token: str) -> str:
        result = CliRunner().invoke(embed.command, [*fixed, "--token-file", str(tmp_path / token)])
        assert result.exit_code != 0  # the toy has no signature describe
        return result.output

    assert "describe" in output("token") and "token" not in output("token")
    assert "one line" in output("empty")
    assert "needs the header" in CliRunner().invoke(embed.command, fixed).output
