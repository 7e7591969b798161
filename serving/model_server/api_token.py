"""The optional token that requests must carry: `Authorization: Bearer TOKEN`."""

from __future__ import annotations

import hmac
import pathlib
from collections.abc import Callable

import grpc

_HEALTH = "/grpc.health.v1.Health/"
_WORDS = "this server needs the header 'Authorization: Bearer TOKEN' with its token"


class ApiToken(grpc.ServerInterceptor):
    """Refuses calls without the token: UNAUTHENTICATED over gRPC, 401 over REST.

    Health is told to anyone, so that what starts and stops servers need not know the token.
    """

    def __init__(self, token: str):
        self._wanted = f"Bearer {token}".encode()

    @classmethod
    def from_file(cls, path: pathlib.Path) -> ApiToken:
        """Reads the token, without the white space around it.

        Raises:
            ValueError: the file is empty or cannot be read.
        """
        try:
            token = path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"--api_token_file {path} cannot be read: {error}") from error
        if not token or not token.isascii() or not token.isprintable():
            raise ValueError(f"--api_token_file {path} must hold one line of printable ASCII")
        return cls(token)

    @property
    def words(self) -> str:
        """What a client without the token is told."""
        return _WORDS

    def admits(self, authorization: str | bytes | None) -> bool:
        """Whether the value of a request's Authorization header is right."""
        if isinstance(authorization, str):
            authorization = authorization.encode("latin-1", "replace")
        return hmac.compare_digest(authorization or b"", self._wanted)

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """Lets a call go on only with the token."""
        metadata = dict(handler_call_details.invocation_metadata or ())
        is_health = handler_call_details.method.startswith(_HEALTH)
        if is_health or self.admits(metadata.get("authorization")):
            return continuation(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


def _refuse(request: object, context: grpc.ServicerContext) -> None:
    context.abort(grpc.StatusCode.UNAUTHENTICATED, _WORDS)
