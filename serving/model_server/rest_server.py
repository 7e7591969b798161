"""Runs an ASGI application with uvicorn in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import uvicorn


class RestServer:
    """A uvicorn server on an already bound socket.

    Attributes:
        port: the port it listens on.
    """

    def __init__(self, app: Callable, listening: socket.socket, grace_seconds: float):
        """Args: `grace_seconds`: how long `stop` lets requests in flight go on."""
        self.port: int = listening.getsockname()[1]
        self._socket = listening
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=max(1, round(grace_seconds)),
            )
        )
        self._thread = threading.Thread(target=self._run, name="rest-server", daemon=True)

    def start(self) -> None:
        """Returns when requests are accepted.

        Raises:
            RuntimeError: uvicorn did not start.
        """
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the REST server did not start; its log says why")
            time.sleep(0.01)

    def stop(self) -> None:
        """Takes no new connections, and returns when the requests in flight have ended."""
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
