"""Starts a model server, waits until it serves, and ends it."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import time
from collections.abc import Iterator, Sequence

from objects_that_sound.serving.client.model_client import ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.client.rest_client import RestClient
from objects_that_sound.serving.launcher.free_ports import free_ports
from objects_that_sound.serving.launcher.not_served_error import NotServedError
from objects_that_sound.serving.launcher.server_process import ServerProcess

_POLL_SECONDS = 0.1
_STATUS_SECONDS = 1.0
_END_SECONDS = 30.0
_TAIL = 2000


@contextlib.contextmanager
def launch_server(
    command: Sequence[str],
    model_names: Sequence[str],
    log: pathlib.Path,
    load_seconds: float = 120.0,
) -> Iterator[ServerProcess]:
    """Starts a server on free ports of 127.0.0.1, waits until it serves; ends it on leaving.

    Args:
        command: program and flags of a server that takes those of tensorflow_model_server, but
            `--port` and `--rest_api_port`.
        model_names: names of the models that it must serve, a version of each.
        log: file for what it prints.
        load_seconds: how long to wait for them.

    Raises:
        NotServedError: the server ends, rejects all versions of a model, or takes longer.
    """
    port, rest_api_port = free_ports(2)
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, f"--port={port}", f"--rest_api_port={rest_api_port}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for name in model_names:
            with RestClient(f"127.0.0.1:{rest_api_port}", name, _STATUS_SECONDS) as client:
                _wait(process, client, log, started + load_seconds)
        yield ServerProcess(process, port, rest_api_port, time.monotonic() - started, log)
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(
    process: subprocess.Popen, client: ModelClient, log: pathlib.Path, deadline: float
) -> None:
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotServedError(f"the server ended with status {process.returncode}: {_tail(log)}")
        # It does not listen yet, or does not know the model yet.
        with contextlib.suppress(ConnectionError, TimeoutError, ModelServerError):
            versions = client.model_status()
            if any(version.state == "AVAILABLE" for version in versions):
                return
            rejected = [one for one in versions if one.state == "END" and one.error_code != "OK"]
            if rejected and len(rejected) == len(versions):
                raise NotServedError(f"the server rejects the model: {rejected[0].error_message}")
        time.sleep(_POLL_SECONDS)
    raise NotServedError(f"{client.model_name} was not served in time: {_tail(log)}")


def _tail(log: pathlib.Path) -> str:
    return log.read_text(errors="replace")[-_TAIL:].strip() or "it printed nothing"
