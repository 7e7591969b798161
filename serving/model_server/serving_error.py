"""The one error type of the model server: a canonical status code and words for the client."""

from __future__ import annotations

import grpc

_MAX_MESSAGE_CHARACTERS = 2048
"""gRPC sends the message in a trailer, and clients refuse trailers over 8 KiB."""

_HTTP_STATUS = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
"""As tensorflow_model_server maps them."""


class ServingError(Exception):
    """A request (or a load) that failed, with the status that the client is to get.

    Attributes:
        code: the canonical status code, as gRPC names it.
        message: what is wrong and what would be right.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        if len(message) > _MAX_MESSAGE_CHARACTERS:
            message = message[: _MAX_MESSAGE_CHARACTERS - 3] + "..."
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """The HTTP status that tensorflow_model_server gives for this code."""
        return _HTTP_STATUS[self.code]

    @property
    def number(self) -> int:
        """The code's number (google.rpc.Code), as ModelVersionStatus carries it."""
        return self.code.value[0]

    @classmethod
    def invalid_argument(cls, message: str) -> ServingError:
        """The request is wrong whatever the state of the server: 400 over REST."""
        return cls(grpc.StatusCode.INVALID_ARGUMENT, message)

    @classmethod
    def not_found(cls, message: str) -> ServingError:
        """The model or version asked for is not served: 404 over REST."""
        return cls(grpc.StatusCode.NOT_FOUND, message)

    @classmethod
    def stopping(cls) -> ServingError:
        """The request would have to go on for longer than the server does: 503 over REST."""
        return cls(grpc.StatusCode.UNAVAILABLE, "the server is stopping")

    @classmethod
    def from_number(cls, number: int, message: str) -> ServingError:
        """From a status code's number, as TensorFlow's errors carry it."""
        return cls(_BY_NUMBER.get(number, grpc.StatusCode.UNKNOWN), message)


_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}
