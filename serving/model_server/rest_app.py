"""TensorFlow Serving's RESTful API as an ASGI application."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import json
import logging
import re
import urllib.parse
from collections.abc import Callable

import grpc
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from tensorflow_serving.apis import model_pb2

from serving.model_server import proto_json, tensor_json
from serving.model_server.grpc_errors import unimplemented
from serving.model_server.model_registry import ModelRegistry
from serving.model_server.serving_error import ServingError

_LOG = logging.getLogger(__name__)

_MODEL = (
    r"(?i:/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?)"
)
_PREDICTION = re.compile(_MODEL + r":(?i:(?P<method>classify|regress|predict))")
_STATUS = re.compile(_MODEL + r"(?i:/(?P<metadata>metadata))?")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_MAX_VERSION = 2**63 - 1
_MAX_DISCARDED_BYTES = 2**30


class RestApp(Starlette):
    """`/v1/models/...`: status and metadata by GET, predict by POST.

    Requests are parsed and run in a thread pool: the event loop only moves bytes.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        num_threads: int,
        timeout_seconds: float,
        max_request_bytes: int,
    ):
        """Args: `timeout_seconds`: how long a prediction may run; `max_request_bytes`: of a body."""
        super().__init__(
            # One route: TensorFlow Serving matches whole paths, in any case, by expressions.
            routes=[Route("/{path:path}", self._handle, methods=_METHODS)]
        )
        self._registry = registry
        self._timeout_seconds = timeout_seconds
        self._max_request_bytes = max_request_bytes
        self._threads = concurrent.futures.ThreadPoolExecutor(num_threads, "rest")

    def close(self) -> None:
        """Ends the threads, after the requests that they are at."""
        self._threads.shutdown()

    async def _handle(self, request: Request) -> Response:
        try:
            work = self._route(request)
            body = await self._read_body(request)
            loop = asyncio.get_running_loop()
            return _json_response(200, await loop.run_in_executor(self._threads, work, body))
        except ServingError as error:
            return _error_response(error.http_status, error.message)
        except _BodyTooLargeError as error:
            return _error_response(413, str(error))
        except ClientDisconnect:
            return _error_response(499, "the client closed the connection")
        except Exception as error:
            _LOG.exception("%s %s failed", request.method, request.url.path)
            return _error_response(500, f"internal error of the model server: {error!r}")

    def _route(self, request: Request) -> Callable[[bytes], bytes]:
        """What is to be done with the body of this request."""
        # The path as sent: "%2F" inside a model's name must not divide it.
        path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
        path = path.partition("?")[0]
        if request.method == "POST" and (match := _PREDICTION.fullmatch(path)):
            method = match["method"].lower()
            if method != "predict":
                raise unimplemented(method, "use :predict with the signature's own inputs")
            return functools.partial(self._predict, _model_spec(match))
        if request.method in ("GET", "HEAD") and (match := _STATUS.fullmatch(path)):
            answer = self._metadata if match["metadata"] else self._status
            return functools.partial(answer, _model_spec(match))
        if not path.lower().startswith("/v1/"):
            raise ServingError.not_found(f"Not found: {request.method} {path}; see /v1/models/NAME")
        raise ServingError.invalid_argument(f"Malformed request: {request.method} {path}")

    async def _read_body(self, request: Request) -> bytes:
        chunks, size = [], 0
        async for chunk in request.stream():
            size += len(chunk)
            if size <= self._max_request_bytes:
                chunks.append(chunk)
            else:
                # Read on: many clients look for the answer only when they have sent everything.
                chunks.clear()
                if size > _MAX_DISCARDED_BYTES:
                    break
        if size > self._max_request_bytes:
            raise _BodyTooLargeError(self._max_request_bytes)
        return b"".join(chunks)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes) -> bytes:
        parsed = tensor_json.parse_body(body)
        with self._registry.acquire(spec) as servable:
            signature = servable.signature(parsed.signature_name)
            inputs = tensor_json.read_tensors(parsed, signature.inputs)
            outputs = servable.predict(
                parsed.signature_name, inputs, timeout_seconds=self._timeout_seconds
            )
        return tensor_json.write_response(outputs, parsed.is_row_format)

    def _status(self, spec: model_pb2.ModelSpec, body: bytes) -> bytes:
        return proto_json.status_json(self._registry.status(spec))

    def _metadata(self, spec: model_pb2.ModelSpec, body: bytes) -> bytes:
        return proto_json.metadata_json(self._registry.metadata(spec))


class _BodyTooLargeError(Exception):
    def __init__(self, limit: int):
        super().__init__(f"request body is larger than {limit} bytes (--max_request_bytes)")


def _model_spec(match: re.Match[str]) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=urllib.parse.unquote(match["name"]))
    if match["version"]:
        if int(match["version"]) > _MAX_VERSION:
            raise ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"Failed to convert version: {match['version']} to numeric.",
            )
        spec.version.value = int(match["version"])
    elif match["label"]:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec


def _json_response(status: int, body: bytes) -> Response:
    return Response(body, status, media_type="application/json")


def _error_response(status: int, message: str) -> Response:
    return _json_response(status, json.dumps({"error": message}).encode())
