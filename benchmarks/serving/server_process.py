"""`ots serve` as a process of its own."""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

import psutil

_ROOT = pathlib.Path(__file__).parents[2]


class ServerProcess:
    """A running server.

    Attributes:
        port: gRPC's.
        rest_api_port: REST's.
        log: what it has printed to standard error.
    """

    def __init__(self, process: subprocess.Popen, port: int, rest_api_port: int, log: pathlib.Path):
        self.port = port
        self.rest_api_port = rest_api_port
        self.log = log
        self._process = process

    def resident_bytes(self) -> int:
        """The memory that it has."""
        return psutil.Process(self._process.pid).memory_info().rss

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


@contextlib.contextmanager
def serve(arguments: Sequence[str], log: pathlib.Path) -> Iterator[ServerProcess]:
    """Starts a server on any free ports of this machine; ends it on leaving.

    Args:
        arguments: flags of `ots serve`, but ports and address.
        log: file for its standard error.

    Raises:
        RuntimeError: it ended before it answered.
    """
    code = "from objects_that_sound.tfx_pipeline.cli import main; main()"
    ports = _free_ports()
    fixed = [f"--port={ports[0]}", f"--rest_api_port={ports[1]}", "--bind_address=127.0.0.1"]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *fixed, *arguments],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if re.match("Exporting HTTP/REST API", line):
                break
        else:
            raise RuntimeError(f"the server did not start; see {log}: {log.read_text()[-2000:]}")
        yield ServerProcess(process, *ports, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports() -> tuple[int, int]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as a, socket.create_server(("127.0.0.1", 0)) as b:
        return a.getsockname()[1], b.getsockname()[1]
