"""TensorFlow Serving's RESTful API as an ASGI application."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import json
import logging
import re
import time
import urllib.parse
import zlib
from collections.abc import Callable

import grpc
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, request_response
from starlette.types import ASGIApp
from tensorflow_serving.apis import model_pb2

from objects_that_sound.serving.model_server import (
    examples_json,
    proto_json,
    response_json,
    tensor_json,
)
from objects_that_sound.serving.model_server.api_token import ApiToken
from objects_that_sound.serving.model_server.health import Health
from objects_that_sound.serving.model_server.predictor import Predictor
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import MAX_VERSION

_LOG = logging.getLogger(__name__)

_MODEL = (
    r"(?i:/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?)"
)
_PREDICTION = re.compile(_MODEL + r":(?i:(?P<method>classify|regress|predict))")
_STATUS = re.compile(_MODEL + r"(?i:/(?P<metadata>metadata))?")
_ALL_MODELS = re.compile(r"(?i)/v1/models")
_AUTHORITY = re.compile(r"(?i)https?://[^/]*")
_MAX_DISCARDED_BYTES = 2**30
_CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET",
    "Access-Control-Allow-Headers": "Content-Type, Authorization",
}
_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
LIVE, READY = "/livez", "/readyz"


class RestApp(Starlette):
    """`/v1/models/...`: status and metadata by GET, predict, classify and regress by POST.

    Also `/livez` and `/readyz`, and the metrics and the page where they are wanted. Requests are
    parsed and run in a thread pool: the event loop only moves bytes.
    """

    def __init__(
        self,
        predictor: Predictor,
        health: Health,
        num_threads: int,
        timeout_seconds: float,
        max_request_bytes: int,
        *,
        metrics_path: str | None = None,
        token: ApiToken | None = None,
        cors: bool = False,
        ui: ASGIApp | None = None,
    ):
        """Makes the application.

        Args:
            predictor: runs the requests.
            health: what `/readyz` tells.
            num_threads: requests that are run at the same time.
            timeout_seconds: how long a prediction may take, from when its body has arrived.
            max_request_bytes: of a body, and of what is in it where it is compressed.
            metrics_path: where Prometheus finds the metrics; None for nowhere.
            token: what requests must carry; None for nothing.
            cors: let pages from other servers call.
            ui: answers everything below `/ui/`; None for no page.
        """
        routes: list[BaseRoute] = []
        if ui is not None:
            to_page = functools.partial(_redirect, "/ui/")
            routes = [Route("/", to_page), Route("/ui", to_page), Mount("/ui", ui)]
        super().__init__(routes=routes)
        # No route: TensorFlow Serving matches whole paths, in any case, by expressions. And
        # Starlette would answer other methods, and targets such as "*", without JSON.
        self.router.redirect_slashes = False
        self.router.default = request_response(self._handle)
        self._predictor = predictor
        self._health = health
        self._timeout_seconds = timeout_seconds
        self._max_request_bytes = max_request_bytes
        self._metrics_path = metrics_path
        self._token = token
        self._headers = _CORS_HEADERS if cors else {}
        self._cors = cors
        self._threads = concurrent.futures.ThreadPoolExecutor(num_threads, "rest")

    def close(self) -> None:
        """Ends the threads, after the requests that they are at; does not wait for that."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _handle(self, request: Request) -> Response:
        try:
            # The path as sent: "%2F" inside a model's name must not divide it.
            path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
            path = _AUTHORITY.sub("", path.partition("?")[0], count=1)  # as proxies send it
            if path in (LIVE, READY):
                return self._tell_health(path)
            if self._cors and request.method == "OPTIONS":
                return self._json_response(200, b"")
            if self._token and not self._token.admits(request.headers.get("authorization")):
                raise ServingError(grpc.StatusCode.UNAUTHENTICATED, self._token.words)
            if path == self._metrics_path:
                return Response(self._predictor.metrics.page(), media_type="text/plain")
            work = self._route(request.method, path)
            body = await self._read_body(request)
            deadline = time.monotonic() + self._timeout_seconds
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._threads, work, body, deadline)
            return self._json_response(200, answer)
        except ServingError as error:
            return self._error_response(error.http_status, error.message)
        except _BodyTooLargeError as error:
            return self._error_response(413, str(error))
        except ClientDisconnect:
            return self._error_response(499, "the client closed the connection")
        except asyncio.CancelledError:  # by the server, which waits no longer
            stopping = ServingError.stopping()
            return self._error_response(stopping.http_status, stopping.message)
        except Exception as error:
            _LOG.exception("%s %s failed", request.method, request.url.path)
            return self._error_response(500, f"internal error of the model server: {error!r}")

    def _route(self, method: str, path: str) -> Callable[[bytes, float], bytes]:
        """What is to be done with the body of this request, by a deadline."""
        if method == "POST" and (match := _PREDICTION.fullmatch(path)):
            api = match["method"].lower()
            run = {
                "predict": self._predict,
                "classify": self._classify,
                "regress": self._regress,
            }[api]
            return functools.partial(self._counted, api, run, _model_spec(match))
        if method in ("GET", "HEAD") and (match := _STATUS.fullmatch(path)):
            answer = self._metadata if match["metadata"] else self._status
            return functools.partial(answer, _model_spec(match))
        if method == "GET" and _ALL_MODELS.fullmatch(path):
            raise ServingError.invalid_argument("Missing model name in request.")
        if not path.lower().startswith("/v1/"):
            raise ServingError.not_found(f"Not found: {method} {path}; see /v1/models/NAME")
        raise ServingError.invalid_argument(f"Malformed request: {method} {path}")

    async def _read_body(self, request: Request) -> bytes:
        encoding = request.headers.get("content-encoding", "").strip().lower()
        if encoding not in _PLAIN | _GZIP:
            raise ServingError.invalid_argument(
                f"the Content-Encoding {encoding!r} is not supported; send gzip or none"
            )
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
        body = b"".join(chunks)
        return self._decompress(body) if encoding in _GZIP else body

    def _decompress(self, body: bytes) -> bytes:
        decompressor = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            plain = decompressor.decompress(body, self._max_request_bytes)
        except zlib.error as error:
            raise ServingError.invalid_argument(f"the body is not gzip: {error}") from error
        if decompressor.unconsumed_tail:
            raise _BodyTooLargeError(self._max_request_bytes)
        if not decompressor.eof or decompressor.unused_data:
            raise ServingError.invalid_argument("the body is not one whole gzip member")
        return plain

    def _counted(
        self,
        api: str,
        run: Callable[[model_pb2.ModelSpec, bytes, float], bytes],
        spec: model_pb2.ModelSpec,
        body: bytes,
        deadline: float,
    ) -> bytes:
        with self._predictor.request(spec.name, api, "REST"):
            return run(spec, body, deadline)

    def _predict(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        parsed = tensor_json.parse_body(body)
        del body  # as large as what it was parsed to
        spec.signature_name = parsed.signature_name
        with self._predictor.registry.acquire(spec) as servable:
            signature = servable.signature(parsed.signature_name)
            inputs = tensor_json.read_tensors(parsed, signature.inputs)
            outputs = self._predictor.predict(
                servable, spec, inputs, timeout_seconds=_seconds_left(deadline)
            )
        return response_json.write_response(outputs, parsed.is_row_format)

    def _classify(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        spec.signature_name, listed = examples_json.parse_body(body, "classify")
        response = self._predictor.classify(spec, listed, _seconds_left(deadline))
        return examples_json.write_classifications(response.result)

    def _regress(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        spec.signature_name, listed = examples_json.parse_body(body, "regress")
        response = self._predictor.regress(spec, listed, _seconds_left(deadline))
        return examples_json.write_regressions(response.result)

    def _status(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        return proto_json.status_json(self._predictor.registry.status(spec))

    def _metadata(self, spec: model_pb2.ModelSpec, body: bytes, deadline: float) -> bytes:
        return proto_json.metadata_json(self._predictor.registry.metadata(spec))

    def _tell_health(self, path: str) -> Response:
        if path == LIVE or self._health.is_ready:
            return self._json_response(200, b'{"status": "SERVING"}')
        return self._json_response(503, b'{"status": "NOT_SERVING"}')

    def _json_response(self, status: int, body: bytes) -> Response:
        return Response(body, status, self._headers, media_type="application/json")

    def _error_response(self, status: int, message: str) -> Response:
        return self._json_response(status, json.dumps({"error": message}).encode())


class _BodyTooLargeError(Exception):
    def __init__(self, limit: int):
        super().__init__(f"request body is larger than {limit} bytes (--max_request_bytes)")


async def _redirect(url: str, request: Request) -> Response:
    return RedirectResponse(url)


def _seconds_left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ServingError(
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "the request's time was over before it could be run (--rest_api_timeout_in_ms)",
        )
    return left


def _model_spec(match: re.Match[str]) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=urllib.parse.unquote(match["name"]))
    if match["version"]:
        digits = match["version"].lstrip("0") or "0"
        if len(digits) > len(str(MAX_VERSION)) or int(digits) > MAX_VERSION:
            raise ServingError.invalid_argument(f"Failed to convert version: {digits} to numeric.")
        spec.version.value = int(digits)
    elif match["label"]:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec
