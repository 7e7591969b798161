"""Turns the exceptions of a gRPC method into the status that its client gets."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import grpc

from objects_that_sound.serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)

_ORIGIN = (("server", "objects-that-sound"),)
"""Metadata that only comes with what a server says; gRPC's own UNAVAILABLE looks the same else."""


def with_status(method: Callable) -> Callable:
    """Decorates a servicer's method: `ServingError` becomes its status, all else INTERNAL."""

    @functools.wraps(method)
    def wrapped(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except ServingError as error:
            failure = error
        except Exception as error:
            _LOG.exception("%s failed", method.__name__)
            failure = ServingError(
                grpc.StatusCode.INTERNAL, f"internal error of the model server: {error!r}"
            )
        context.set_trailing_metadata(_ORIGIN)
        context.abort(failure.code, failure.message)

    return wrapped
