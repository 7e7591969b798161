"""HTTP/1.1 with an end to patience, and with errors in JSON."""

from __future__ import annotations

import asyncio
import http
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_HEAD_SECONDS = 20.0
"""How long a request's head may take, from the connection or from its first byte."""

_BODY_SECONDS, _BODY_BYTES_PER_SECOND = 20.0, 500.0
"""How long a body may take: so long, and a second more for so many bytes that have come.

Both limits are the defaults of Apache's mod_reqtimeout."""


class PatientProtocol(H11Protocol):
    """uvicorn's, which by itself waits for ever for a head that has begun, and for a body.

    It cuts off clients that send too slowly. And it answers those that close their side of the
    connection behind their request, as `nc -N` and some proxies do, and as tensorflow_model_server
    does. uvicorn takes them for gone.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._awaited: object = None
        self._since = 0.0
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None
        self._is_half_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self._await(h11.IDLE)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._received += len(data)
        super().data_received(data)
        if self.conn.their_state is not self._awaited:
            self._await(self.conn.their_state)

    def eof_received(self) -> bool:  # type: ignore[override]
        """See asyncio.Protocol: whether the connection stays open, for an answer that is due.

        TLS has no such state: there, asyncio closes the connection.
        """
        self._is_half_closed = True
        return self.scheme == "http" and self._is_answer_due

    def on_response_complete(self) -> None:
        """uvicorn calls it. For the next request's beginning, its own timer is set now."""
        super().on_response_complete()
        if self._is_half_closed and not self._is_answer_due:
            self.transport.close()
        begun = self.conn.their_state is h11.SEND_BODY  # in bytes that had come before
        self._await(h11.SEND_BODY if begun else None)

    def send_400_response(self, msg: str) -> None:
        """uvicorn calls it for what is no HTTP."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._end(http.HTTPStatus.BAD_REQUEST, msg)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._await(None)
        super().connection_lost(exc)

    @property
    def _is_answer_due(self) -> bool:
        """Whether a request has come whole, and its answer has not gone."""
        is_whole = self.conn.their_state in (h11.DONE, h11.MUST_CLOSE)
        return is_whole and not self.cycle.response_complete

    def _await(self, what: object) -> None:
        """Sets the timer for a head (`h11.IDLE`) or a body (`h11.SEND_BODY`), or none."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awaited, self._since, self._received = what, self.loop.time(), 0
        if what in (h11.IDLE, h11.SEND_BODY):
            self._timer = self.loop.call_later(self._seconds_left(), self._give_up)

    def _seconds_left(self) -> float:
        allowed = _HEAD_SECONDS
        if self._awaited is h11.SEND_BODY:
            allowed = _BODY_SECONDS + self._received / _BODY_BYTES_PER_SECOND
        return self._since + allowed - self.loop.time()

    def _give_up(self) -> None:
        if (left := self._seconds_left()) > 0:
            self._timer = self.loop.call_later(left, self._give_up)
            return
        is_silent = self._awaited is h11.IDLE and not self._received  # a browser's, in reserve
        is_answered = self._awaited is h11.SEND_BODY and self.cycle.response_started
        if not is_silent and not is_answered:
            self._end(http.HTTPStatus.REQUEST_TIMEOUT, "the request was sent too slowly")
        self.transport.close()

    def _end(self, status: http.HTTPStatus, words: str) -> None:
        body = json.dumps({"error": words})
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self.transport.write((head + body).encode())
