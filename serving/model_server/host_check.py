"""Refuses requests that a web page has led to this machine."""

from __future__ import annotations

import json

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from objects_that_sound.serving.model_server.loopback import is_loopback_host

_WORDS = (
    "this server is for its own machine: ask for it as localhost or 127.0.0.1. To let others ask, "
    "start it with --bind_address=0.0.0.0, or with --api_token_file"
)


class HostCheck:
    """An ASGI application in front of another: 403 for Host headers that are not of this machine.

    A page in a browser may ask its own server only, but the name of that one can be made to mean
    127.0.0.1 later on (DNS rebinding). The browser still sends that name.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; see ASGI."""
        host = Headers(scope=scope).get("host")
        if host is None or is_loopback_host(host):  # None: HTTP/1.0, which no browser speaks
            await self._app(scope, receive, send)
            return
        body = json.dumps({"error": f"the Host {host[:100]!r} is refused: {_WORDS}"})
        await Response(body, 403, media_type="application/json")(scope, receive, send)
