"""Clients that close their side of the connection once they have sent what they want to send."""

from __future__ import annotations

import contextlib
import json
import socket

import pytest

from objects_that_sound.serving.model_server.model_server import ModelServer


def answers(server: ModelServer, *requests: bytes) -> bytes:
    """All that comes for these bytes, whose end is told at once, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 60) as connection:
        connection.sendall(b"".join(requests))
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            return b"".join(iter(lambda: connection.recv(4096), b""))
    return b""


def post(body: object, *headers: str, version: str = "1.1") -> bytes:
    data = json.dumps(body).encode()
    lines = [
        f"POST /v1/models/toy:predict HTTP/{version}",
        "Host: localhost",
        f"Content-Length: {len(data)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + data


def scaled(value: float) -> dict[str, object]:
    return {"signature_name": "scaled", "inputs": [value]}


@pytest.mark.parametrize(
    ("headers", "version"), [((), "1.1"), (("Connection: close",), "1.1"), ((), "1.0")]
)
def test_a_request_is_answered_and_the_connection_closed(
    server: ModelServer, headers: tuple[str, ...], version: str
):
    answer = answers(server, post(scaled(21), *headers, version=version))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b'{"outputs": [42.0]}')


def test_an_answer_that_takes_its_time(server: ModelServer):
    answer = answers(server, post({"signature_name": "slow", "inputs": 3_000}))
    assert answer.endswith(b'{"outputs": 3000}')


def test_a_request_larger_than_what_is_read_at_once(server: ModelServer):
    answer = answers(server, post({"signature_name": "scaled", "inputs": [1] * 100_000}))
    assert answer.count(b"2.0") == 100_000


def test_an_error_is_an_answer(server: ModelServer):
    answer = answers(server, post({"signature_name": "none", "inputs": 1}))
    assert answer.startswith(b"HTTP/1.1 400 ") and b'{"error": ' in answer


def test_several_requests_on_one_connection(server: ModelServer):
    answer = answers(server, *(post(scaled(value)) for value in (1, 2, 3)))
    assert answer.count(b"HTTP/1.1 200 ") == 3
    places = [answer.index(f'{{"outputs": [{value}]}}'.encode()) for value in (2.0, 4.0, 6.0)]
    assert places == sorted(places)


def test_half_a_request_behind_a_whole_one_has_no_answer(server: ModelServer):
    answer = answers(server, post(scaled(1)), post(scaled(2))[:-1])
    assert answer.count(b"HTTP/1.1 ") == 1 and b'{"outputs": [2.0]}' in answer


@pytest.mark.parametrize("sent", [b"", b"GET /liv", post(scaled(1))[:-1]])
def test_what_is_no_whole_request_is_the_end_of_the_connection(server: ModelServer, sent: bytes):
    assert answers(server, sent) == b""
    assert answers(server, post(scaled(21))).endswith(b'{"outputs": [42.0]}')
