"""A model server in a process of its own, for one candidate."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)

MODEL_NAME = "candidate"
"""That the candidate is served under."""

_BINARY = "tensorflow_model_server"
_State = get_model_status_pb2.ModelVersionStatus
_CHANNEL_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]


class CandidateServerError(Exception):
    """The server does not serve the candidate; the message says what it said."""


class CandidateServer:
    """A server that serves the candidate.

    Attributes:
        prediction: stub of its PredictionService.
        load_seconds: from the start of its process until the candidate was served.
    """

    def __init__(self, process: subprocess.Popen, channel: grpc.Channel, load_seconds: float):
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self.load_seconds = load_seconds
        self._process = process

    def peak_memory_bytes(self) -> int | None:
        """The most resident memory that it has had; None where the system does not tell (no /proc).

        Raises:
            CandidateServerError: it has ended.
        """
        if self._process.poll() is not None:
            raise CandidateServerError(f"the server ended with status {self._process.returncode}")
        status = pathlib.Path(f"/proc/{self._process.pid}/status")
        if not status.is_file():
            return None
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024 * int(fields["VmHWM"].split()[0])


def server_command(local_server: Sequence[str]) -> tuple[str, list[str]]:
    """The server to be had here: its name, and the command without flags.

    Args:
        local_server: arguments of Python that start a model server which takes
            tensorflow_model_server's flags, for where that one is not on the PATH.

    Raises:
        CandidateServerError: there is neither.
    """
    binary = shutil.which(_BINARY)
    if binary is not None:
        return _BINARY, [binary]
    if not local_server:
        raise CandidateServerError(f"there is no {_BINARY} on the PATH, and no local server is set")
    return "local model server", [sys.executable, *local_server]


@contextlib.contextmanager
def serve_candidate(
    command: Sequence[str], model_base_path: pathlib.Path, log: pathlib.Path, load_seconds: float
) -> Iterator[CandidateServer]:
    """Starts a server on a free port, waits until it serves the candidate; ends it on leaving.

    Args:
        command: see `server_command`.
        model_base_path: folder of one numbered version.
        log: file for what it prints.
        load_seconds: how long to wait.

    Raises:
        CandidateServerError: it ends, rejects the candidate, or takes longer.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = [
        f"--port={port}",
        f"--model_name={MODEL_NAME}",
        f"--model_base_path={model_base_path}",
        "--max_num_load_retries=0",
    ]
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *flags], stdout=output, stderr=subprocess.STDOUT)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=_CHANNEL_OPTIONS) as channel:
            _wait(process, channel, log, started + load_seconds)
            yield CandidateServer(process, channel, time.monotonic() - started)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(
    process: subprocess.Popen, channel: grpc.Channel, log: pathlib.Path, deadline: float
) -> None:
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = MODEL_NAME
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CandidateServerError(
                f"the server ended with status {process.returncode}: {_tail(log)}"
            )
        with contextlib.suppress(grpc.RpcError):  # not listening yet, or not loading yet
            for version in stub.GetModelStatus(request, timeout=5).model_version_status:
                if version.state == _State.AVAILABLE:
                    return
                if version.state == _State.END and version.status.error_code:
                    raise CandidateServerError(
                        f"the server rejects the model: {version.status.error_message}"
                    )
        time.sleep(0.1)
    raise CandidateServerError(f"the model was not served in time: {_tail(log)}")


def _tail(log: pathlib.Path) -> str:
    return log.read_text(errors="replace")[-1000:].strip() or "it printed nothing"
