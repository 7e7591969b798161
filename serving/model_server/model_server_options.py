"""What can be set on the model server."""

from __future__ import annotations

import dataclasses
import os
import pathlib

_THREADS = 4 * (os.cpu_count() or 1)


@dataclasses.dataclass(frozen=True)
class ModelServerOptions:
    """The options, by tensorflow_model_server's names where it has them.

    Attributes:
        model_base_path: folder of numbered folders, each a SavedModel.
        model_name: the name that requests use.
        port: for gRPC; 0 for none, None for any free one.
        rest_api_port: for REST; 0 for none, None for any free one.
        rest_api_num_threads: REST requests answered at the same time.
        rest_api_timeout_in_ms: how long a REST prediction may run.
        grpc_max_threads: gRPC requests answered at the same time.
        file_system_poll_wait_seconds: between two looks for new versions; 0 for only at the start.
        max_request_bytes: a larger gRPC message or REST body is refused.
        bind_address: the address to listen on.
        grace_seconds: how long requests in flight may go on when the server stops.
    """

    model_base_path: pathlib.Path
    model_name: str = "default"
    port: int | None = 8500
    rest_api_port: int | None = 0
    rest_api_num_threads: int = _THREADS
    rest_api_timeout_in_ms: int = 30_000
    grpc_max_threads: int = _THREADS
    file_system_poll_wait_seconds: float = 1.0
    max_request_bytes: int = 64 * 2**20
    bind_address: str = "0.0.0.0"
    grace_seconds: float = 10.0

    def check(self) -> None:
        """Refuses what cannot work.

        Raises:
            ValueError: the options contradict themselves.
            FileNotFoundError: the base path is missing, or is itself a SavedModel.
        """
        if self.port == 0 and self.rest_api_port == 0:
            raise ValueError("--port and --rest_api_port are both 0: nothing would be served")
        if self.port and self.port == self.rest_api_port:
            raise ValueError(f"--port and --rest_api_port are both {self.port}: they must differ")
        if not self.model_name:
            raise ValueError("--model_name is empty")
        if self.file_system_poll_wait_seconds < 0:
            raise ValueError("--file_system_poll_wait_seconds is negative; 0 looks only once")
        path = self.model_base_path
        if not path.is_dir():
            raise FileNotFoundError(
                f"--model_base_path {path} is not a folder. It must hold numbered folders, each a "
                f"SavedModel, such as {path / '1' / 'saved_model.pb'}"
            )
        if (path / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"--model_base_path {path} is itself a SavedModel. Give the folder above it, and "
                "name this one by its version's number, such as 1"
            )
