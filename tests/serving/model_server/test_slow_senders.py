"""Clients that send a request bit by bit, or never to its end."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
from collections.abc import Iterator

import pytest

from objects_that_sound.serving.model_server import patient_protocol
from objects_that_sound.serving.model_server.model_server import ModelServer

_GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
_POST = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
_BODY = b'{"signature_name": "scaled", "inputs": [1]}'


@pytest.fixture(autouse=True)
def short_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_protocol, "_HEAD_SECONDS", 0.3)
    monkeypatch.setattr(patient_protocol, "_BODY_SECONDS", 0.3)


@pytest.fixture
def connection(server: ModelServer, short_of_patience: None) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.rest_api_port), 60) as connected:
        yield connected


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    with contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(4096), b""))
    return b""


def assert_answered(connection: socket.socket, body: bytes) -> None:
    answer = b""
    while not answer.endswith(body):
        part = connection.recv(4096)
        assert part, answer
        answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")


def assert_cut_off(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert f"content-length: {len(body)}".encode() in head
    assert body == b'{"error": "the request was sent too slowly"}'


def test_a_head_that_does_not_end(connection: socket.socket):
    connection.sendall(_GET[:20])
    assert_cut_off(rest_of(connection))


def test_a_head_of_one_byte_after_the_other(connection: socket.socket):
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for letter in itertools.cycle(b"x"):
            connection.sendall(bytes([letter]))
            time.sleep(0.02)
    # That it was refused at all is what counts: the answer may be lost with the connection.


def test_a_connection_that_says_nothing_is_closed_without_a_word(connection: socket.socket):
    assert rest_of(connection) == b""


def test_a_body_that_does_not_come(connection: socket.socket):
    connection.sendall(_POST % len(_BODY) + _BODY[:-1])
    assert_cut_off(rest_of(connection))


def test_a_body_that_drips(connection: socket.socket):
    connection.sendall(_POST % 10_000)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for _ in range(10_000):
            connection.sendall(b" ")
            time.sleep(0.02)
        pytest.fail("it was read to the end")


def test_the_second_request_of_a_connection(connection: socket.socket):
    connection.sendall(_GET)
    assert_answered(connection, b'"SERVING"}')
    time.sleep(0.5)  # between requests there is no hurry
    connection.sendall(_GET)
    assert_answered(connection, b'"SERVING"}')
    connection.sendall(_POST % 100)
    assert_cut_off(rest_of(connection))


def test_a_body_that_comes_behind_another_request(connection: socket.socket):
    connection.sendall(_GET + _POST % 100)
    answers = rest_of(connection)
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert_cut_off(answers[answers.index(b"HTTP/1.1 408") :])


def test_a_body_that_takes_long_but_comes_steadily(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(patient_protocol, "_BODY_BYTES_PER_SECOND", 1.0)
    connection.sendall(_POST % len(_BODY))
    for start in range(0, len(_BODY), 10):  # each part is good for ten seconds more
        connection.sendall(_BODY[start : start + 10])
        time.sleep(0.15)
    assert_answered(connection, b'{"outputs": [2.0]}')
