"""A server in a child process: waited for, described, and ended."""

from __future__ import annotations

import pathlib
import signal
import sys

import psutil
import pytest

from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.launcher.launch_server import launch_server
from objects_that_sound.serving.launcher.not_served_error import NotServedError

# Of tensorflow_model_server, the status of a model alone: LOADING when asked first, then as given.
SERVER = """
import http.server, json, sys

states = json.loads(sys.argv[1])
port = next(int(flag.split("=")[1]) for flag in sys.argv if flag.startswith("--rest_api_port="))
asked = []

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = states if self.path in asked else [["LOADING", "OK", ""]]
        asked.append(self.path)
        rows = [
            {"version": str(number), "state": state,
             "status": {"error_code": code, "error_message": message}}
            for number, (state, code, message) in enumerate(found, 1)
        ]
        body = json.dumps({"model_version_status": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

print("hello", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
AVAILABLE = '["AVAILABLE", "OK", ""]'
REJECTED = '["END", "DATA_LOSS", "no weights"]'


@pytest.fixture
def launch(tmp_path):
    """`launch(states)`: a server whose models have versions in these states."""

    def start(*states: str, names=("a", "b"), code: str = SERVER, load_seconds: float = 30.0):
        command = [sys.executable, "-c", code, f"[{', '.join(states)}]"]
        return launch_server(command, names, tmp_path / "log", load_seconds)

    return start


def test_a_server_is_waited_for_described_and_ended(launch, tmp_path):
    with launch(REJECTED, AVAILABLE) as server:
        assert server.is_running and psutil.pid_exists(server.pid)
        assert server.load_seconds > 0
        assert server.addresses == {
            "grpc": f"127.0.0.1:{server.port}",
            "rest": f"127.0.0.1:{server.rest_api_port}",
        }
        assert server.port != server.rest_api_port
        with connect("b", server.addresses["rest"], "rest") as client:
            assert [one.state for one in client.model_status()] == ["END", "AVAILABLE"]
        if pathlib.Path("/proc").is_dir():
            assert 2**20 < server.peak_memory_bytes() < 2**30
    assert not server.is_running
    assert not psutil.pid_exists(server.pid)
    assert server.log.read_text().startswith("hello")
    with pytest.raises(NotServedError, match=f"ended with status {-signal.SIGTERM}"):
        server.peak_memory_bytes()


def test_a_model_whose_versions_are_all_rejected_is_told_with_the_reason(launch):
    with pytest.raises(NotServedError, match="rejects the model: no weights"), launch(REJECTED):
        pass


def test_a_server_that_ends_is_told_with_its_words(launch):
    with (
        pytest.raises(NotServedError, match="ended with status 1: no room"),
        launch(code="raise SystemExit('no room')"),
    ):
        pass


def test_a_server_that_takes_too_long_is_ended(launch):
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with pytest.raises(NotServedError, match="a was not served in time: ") as raised:
        launch(code=code, load_seconds=2.0).__enter__()
    assert not psutil.pid_exists(int(str(raised.value).split()[-1]))


def test_it_is_ended_whatever_happens_meanwhile(launch):
    with pytest.raises(ZeroDivisionError), launch(AVAILABLE) as server:
        raise ZeroDivisionError
    assert not server.is_running
