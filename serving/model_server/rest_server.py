"""Runs an ASGI application with uvicorn in a thread."""

from __future__ import annotations

import errno
import logging
import math
import socket
import ssl
import threading
import time
from collections.abc import Callable

import uvicorn

from objects_that_sound.serving.model_server.patient_protocol import PatientProtocol

_KEEP_ALIVE_SECONDS = 75
"""Longer than clients think between requests: one that is sent as its connection closes is lost."""
_FAREWELL_SECONDS = 10
"""How much longer than requests in flight uvicorn may take to end."""

_LOG = logging.getLogger(__name__)


class RestServer:
    """A uvicorn server on an already bound socket.

    Attributes:
        port: the port it listens on.
    """

    def __init__(
        self,
        app: Callable,
        listening: socket.socket,
        grace_seconds: float,
        context: ssl.SSLContext | None = None,
    ):
        """Prepares it.

        Args:
            app: the application.
            listening: see `listen`.
            grace_seconds: how long `stop` lets requests in flight go on, before their tasks are
                cancelled.
            context: for TLS; None for none.
        """
        self.port: int = listening.getsockname()[1]
        self._socket = listening
        self._grace_seconds = math.ceil(grace_seconds)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                http=PatientProtocol,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
                ws="none",
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=self._grace_seconds,
                ssl_context_factory=(lambda *_: context) if context else None,
            )
        )
        self._thread = threading.Thread(target=self._run, name="rest-server", daemon=True)

    @staticmethod
    def listen(address: str, port: int) -> socket.socket:
        """Takes a port; 0 for any free one.

        Raises:
            OSError: it is taken or not allowed.
        """
        # With the protocol named: asyncio turns Nagle's algorithm off only on such sockets. With
        # it, an answer's body waits 40 ms for the client's delayed acknowledgement of its headers.
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((address, port))
            listening.listen(2048)
        except OSError as error:
            listening.close()
            advice = "stop what listens there or choose another port with --rest_api_port"
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                advice = "give an address of this machine with --bind_address"
            raise OSError(
                f"cannot listen on {address}:{port} for REST: {error.strerror}; {advice}"
            ) from error
        return listening

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
        """Takes no new connections, and returns when the requests in flight have ended.

        A loop that an error has broken never notices: it is left to end with the process.
        """
        self._server.should_exit = True
        self._thread.join(self._grace_seconds + _FAREWELL_SECONDS)
        if self._thread.is_alive():
            _LOG.error("the REST server did not stop in time, and was left behind")

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
