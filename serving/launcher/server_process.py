"""A running model server."""

from __future__ import annotations

import pathlib
import subprocess

from objects_that_sound.serving.launcher.not_served_error import NotServedError


class ServerProcess:
    """A server that was launched; see `launch_server`.

    Attributes:
        port: gRPC's, of 127.0.0.1.
        rest_api_port: REST's.
        load_seconds: from the start of the process until it served its models.
        log: file of what it prints.
        pid: of the process.
    """

    def __init__(
        self,
        process: subprocess.Popen,
        port: int,
        rest_api_port: int,
        load_seconds: float,
        log: pathlib.Path,
    ):
        self.port = port
        self.rest_api_port = rest_api_port
        self.load_seconds = load_seconds
        self.log = log
        self.pid = process.pid
        self._process = process

    @property
    def addresses(self) -> dict[str, str]:
        """`host:port` by protocol, `grpc` and `rest`."""
        return {"grpc": f"127.0.0.1:{self.port}", "rest": f"127.0.0.1:{self.rest_api_port}"}

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def peak_memory_bytes(self) -> int | None:
        """The most resident memory that it has had; None where the system does not tell (no /proc).

        Raises:
            NotServedError: it has ended.
        """
        if not self.is_running:
            raise NotServedError(f"the server ended with status {self._process.returncode}")
        status = pathlib.Path(f"/proc/{self.pid}/status")
        if not status.is_file():
            return None
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024 * int(fields["VmHWM"].split()[0])
