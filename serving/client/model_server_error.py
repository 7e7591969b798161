"""The error of a request that reached the model server and was refused or failed there."""

from __future__ import annotations


class ModelServerError(Exception):
    """The server's answer was an error.

    Attributes:
        code: gRPC's name of the status, such as `INVALID_ARGUMENT` or `NOT_FOUND`; over REST, where
            several share an HTTP status, the likeliest.
        message: the server's words.
    """

    def __init__(self, code: str, message: str):
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
