"""Who may ask for what the page shows."""

from __future__ import annotations

import hmac
import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from objects_that_sound.serving.model_server.api_token import ApiToken


class UiAccess:
    """The API's token, or a cookie that is given to those who have shown it.

    Pictures and videos of a page are fetched by the browser, which sends no header with them. The
    cookie is not the token: it counts below `/ui/` only, for reading, and until the server ends.
    """

    def __init__(self, token: ApiToken | None):
        """Args: `token`: None admits everybody."""
        self._token = token
        self._pass = secrets.token_urlsafe()

    def check(self, request: Request) -> None:
        """Lets a request go on or not.

        Raises:
            HTTPException: 401, it has neither the token nor the cookie.
        """
        shown = request.cookies.get(_cookie(request), "")
        if (
            self._token is not None
            and not self._token.admits(request.headers.get("authorization"))
            and not hmac.compare_digest(shown.encode(), self._pass.encode())
        ):
            raise HTTPException(401, self._token.words)

    def grant(self, request: Request, response: Response) -> None:
        """Gives the cookie, where there is a token, to whom `check` has let go on."""
        if self._token is not None:
            response.set_cookie(
                _cookie(request),
                self._pass,
                path=request.scope.get("root_path") or "/",
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="strict",
            )


def _cookie(request: Request) -> str:
    """Its name; browsers share cookies among all ports of a machine."""
    return f"ots_ui_{request.url.port or request.url.scheme}"
