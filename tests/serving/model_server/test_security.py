"""TLS and the token."""

from __future__ import annotations

import pathlib
import socket
from collections.abc import Callable

import grpc
import pytest
import requests
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

from objects_that_sound.serving.model_server.api_token import ApiToken
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.tls import Tls


def write_config(path: pathlib.Path, key: str, certificate: str, more: str = "") -> pathlib.Path:
    key, certificate = (text.replace("\n", "\\n") for text in (key, certificate))
    path.write_text(f'server_key: "{key}" server_cert: "{certificate}" {more}')
    return path


def status(channel: grpc.Channel, *metadata: tuple[str, str]) -> str:
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "toy"
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    try:
        response = stub.GetModelStatus(request, timeout=10, metadata=metadata)
    except grpc.RpcError as error:
        return error.code().name
    return str(response.model_version_status[0].version)


def test_tls_for_grpc_and_on_request_for_rest(
    key_and_certificate: tuple[str, str],
    toy_folder: pathlib.Path,
    tmp_path: pathlib.Path,
    options: Callable,
):
    key, certificate = key_and_certificate
    config = write_config(tmp_path / "ssl.config", key, certificate)
    authority = tmp_path / "authority.pem"
    authority.write_text(certificate)
    credentials = grpc.ssl_channel_credentials(certificate.encode())
    for rest_too in (False, True):
        changes = {"ssl_config_file": config, "rest_api_enable_ssl": rest_too}
        with ModelServer(options(toy_folder, **changes)) as server:
            with grpc.secure_channel(f"127.0.0.1:{server.port}", credentials) as channel:
                assert status(channel) == "3"
            with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
                assert status(channel) == "UNAVAILABLE"
            scheme = "https" if rest_too else "http"
            url = f"{scheme}://127.0.0.1:{server.rest_api_port}/v1/models/toy"
            assert requests.get(url, timeout=10, verify=str(authority)).ok
            if rest_too:
                with pytest.raises(requests.ConnectionError):
                    requests.get(url.replace("https", "http"), timeout=10)


def test_clients_that_must_show_a_certificate(
    key_and_certificate: tuple[str, str],
    toy_folder: pathlib.Path,
    tmp_path: pathlib.Path,
    options: Callable,
):
    key, certificate = key_and_certificate
    authority = certificate.replace("\n", "\\n")
    config = write_config(
        tmp_path / "ssl.config", key, certificate, f'custom_ca: "{authority}" client_verify: true'
    )
    files = {"key": key, "certificate": certificate}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with ModelServer(
        options(toy_folder, ssl_config_file=config, rest_api_enable_ssl=True)
    ) as server:
        address = f"127.0.0.1:{server.port}"
        plain = grpc.ssl_channel_credentials(certificate.encode())
        with grpc.secure_channel(address, plain) as channel:
            assert status(channel) == "UNAVAILABLE"
        own = grpc.ssl_channel_credentials(certificate.encode(), key.encode(), certificate.encode())
        with grpc.secure_channel(address, own) as channel:
            assert status(channel) == "3"
        url = f"https://127.0.0.1:{server.rest_api_port}/v1/models/toy"
        verify = str(tmp_path / "certificate")
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=10, verify=verify)
        shown = (str(tmp_path / "certificate"), str(tmp_path / "key"))
        assert requests.get(url, timeout=10, verify=verify, cert=shown).ok


def test_certificates_that_cannot_be(tmp_path: pathlib.Path):
    path = tmp_path / "ssl.config"
    for words, config in {
        "server_key and server_cert": "client_verify: true",
        "needs custom_ca": 'server_key: "k" server_cert: "c" client_verify: true',
        "ssl.config": 'server_key: "k" server_cert: "c"',
    }.items():
        path.write_text(config)
        with pytest.raises(ValueError, match=words):
            Tls(path)


def test_the_token(toy_folder: pathlib.Path, tmp_path: pathlib.Path, options: Callable):
    file = tmp_path / "token"
    file.write_text("secret\n")
    with ModelServer(options(toy_folder, api_token_file=file)) as server:
        root = f"http://127.0.0.1:{server.rest_api_port}"
        for header, code in ((None, 401), ("Bearer wrong", 401), ("Bearer secret", 200)):
            headers = {"Authorization": header} if header else {}
            response = requests.get(f"{root}/v1/models/toy", headers=headers, timeout=10)
            assert response.status_code == code
        assert "Authorization: Bearer TOKEN" in requests.get(f"{root}/v1/x", timeout=10).text
        assert requests.get(f"{root}/readyz", timeout=10).ok
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            assert status(channel) == "UNAUTHENTICATED"
            assert status(channel, ("authorization", "Bearer wrong")) == "UNAUTHENTICATED"
            assert status(channel, ("authorization", "Bearer secret")) == "3"
            check = health_pb2_grpc.HealthStub(channel).Check
            assert check(health_pb2.HealthCheckRequest(), timeout=10).status == 1


@pytest.mark.parametrize("path", ["/v1/models/toy", "/livez", "/ui/", "/nowhere"])
@pytest.mark.parametrize(
    "host",
    ["example.com", "127.0.0.1.example.com:80", "localhost.example", "10.0.0.1", "[::2]", "["],
)
def test_a_name_that_was_made_to_mean_this_machine_is_refused(
    server: ModelServer, path: str, host: str
):
    url = f"http://127.0.0.1:{server.rest_api_port}{path}"
    response = requests.get(url, headers={"Host": host}, timeout=10)
    assert response.status_code == 403
    assert "ask for it as localhost" in response.json()["error"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8501", "a.localhost", "127.0.0.1:1", "127.9.9.9", "[::1]:8501"]
)
def test_names_of_this_machine_are_taken(server: ModelServer, host: str):
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy"
    assert requests.get(url, headers={"Host": host}, timeout=10).ok


def test_without_a_host_there_was_no_name(server: ModelServer):
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 10) as connection:
        connection.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def test_any_name_will_do_with_a_token_or_for_everybody(
    toy_folder: pathlib.Path, tmp_path: pathlib.Path, options: Callable
):
    file = tmp_path / "token"
    file.write_text("secret")
    for changes in ({"api_token_file": file}, {"bind_address": "0.0.0.0"}):
        with ModelServer(options(toy_folder, port=0, **changes)) as server:
            url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy"
            headers = {"Host": "models.example.com", "Authorization": "Bearer secret"}
            assert requests.get(url, headers=headers, timeout=10).ok


@pytest.mark.parametrize("text", ["", " \n", "two\nlines", "ümlaut"])
def test_tokens_that_cannot_be(tmp_path: pathlib.Path, text: str):
    (tmp_path / "token").write_text(text)
    with pytest.raises(ValueError, match="--api_token_file"):
        ApiToken.from_file(tmp_path / "token")
