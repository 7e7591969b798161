"""The page of `--ui`, and what it needs beside the REST API."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send
from tensorflow_serving.apis import model_pb2

from objects_that_sound.serving.model_server.api_token import ApiToken
from objects_that_sound.serving.model_server.file_below import file_below
from objects_that_sound.serving.model_server.model_facts import read_model_facts
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.ui_access import UiAccess

_PAGE = pathlib.Path(__file__).with_name("ui")
_THUMBNAILS = pathlib.PurePath("assets.extra", "thumbnails")
_PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_MEDIA = {
    ".avi": "video/x-msvideo",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".ogv": "video/ogg",
    ".webm": "video/webm",
}
"""What is sent of a media folder; never a page or a script, which would run as ours."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_REVALIDATE = "no-cache"
_KEEP = "private, max-age=3600"  # what a version's folder holds never changes


class UiApp(Starlette):
    """The page, the list of models, thumbnails of search indexes, and the videos they are of.

    Everybody gets the page itself, which asks for the token where there is one; all else is for
    those who have it.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        media_folders: Sequence[pathlib.Path] = (),
        token: ApiToken | None = None,
        example: Callable[[], bytes] | None = None,
    ):
        """Makes the application, to be mounted.

        Args:
            registry: the models.
            media_folders: videos are looked for in them, in this order.
            token: what requests must carry; None for nothing.
            example: makes the mp4 that the page offers to try, on demand; None for no such video.
        """
        super().__init__(
            routes=[
                Route("/example.mp4", self._example),
                Route("/models.json", self._models),
                Route("/thumbnail", self._thumbnail),
                Route("/media", self._medium),
                Mount("/", StaticFiles(directory=_PAGE, html=True)),
            ],
            exception_handlers={HTTPException: _error_response},
        )
        self._registry = registry
        self._media_folders = media_folders
        self._access = UiAccess(token)
        self._make_example = example

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; see ASGI."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", _REVALIDATE)
            await send(message)

        await super().__call__(scope, receive, send_with_headers)

    async def _example(self, request: Request) -> Response:
        """A video to try the models with; for everybody, as the page is."""
        if self._make_example is None:
            raise HTTPException(404)
        content = await run_in_threadpool(self._make_example)
        return Response(content, media_type=_MEDIA[".mp4"])

    async def _models(self, request: Request) -> Response:
        """All models by name, with the version that answers, its signatures and facts."""
        self._access.check(request)
        names = sorted(self._registry.availability())
        models = [await run_in_threadpool(self._describe, name) for name in names]
        response = JSONResponse({"models": models, "media": bool(self._media_folders)})
        self._access.grant(request, response)
        return response

    async def _thumbnail(self, request: Request) -> Response:
        """`?model=NAME&version=N&path=PATH`: a picture of a version that is being served."""
        self._access.check(request)
        path = await run_in_threadpool(self._find_thumbnail, request)
        headers = {"Cache-Control": _KEEP}
        return FileResponse(path, headers=headers, media_type=_PICTURES[path.suffix.lower()])

    async def _medium(self, request: Request) -> Response:
        """`?id=ID`: the video of that id, or any part of it."""
        self._access.check(request)
        path = await run_in_threadpool(self._find_medium, request)
        return FileResponse(path, media_type=_MEDIA[path.suffix.lower()])

    def _describe(self, name: str) -> dict:
        try:
            with self._registry.acquire(model_pb2.ModelSpec(name=name)) as servable:
                signatures = sorted(servable.signatures)
                # As text: JavaScript's numbers are exact to 2^53 only.
                version = str(servable.version)
                facts = read_model_facts(servable.path)
                return {
                    "name": name,
                    "version": version,
                    "signatures": signatures,
                    "facts": facts,
                }
        except ServingError:  # none is served, or no longer
            return {"name": name, "version": None, "signatures": [], "facts": {}}

    def _find_thumbnail(self, request: Request) -> pathlib.Path:
        query = request.query_params
        spec = model_pb2.ModelSpec(name=query.get("model", ""))
        try:
            spec.version.value = int(query.get("version", ""))
            with self._registry.acquire(spec) as servable:
                root = servable.path
        except ValueError as error:  # not a number, or not one of 64 bits
            raise HTTPException(400, "version must be that of the model, a number") from error
        except ServingError as error:
            raise HTTPException(error.http_status, error.message) from error
        # The index names its files from the version's folder.
        relative = pathlib.PurePath(query.get("path", ""))
        if not relative.is_relative_to(_THUMBNAILS):
            raise HTTPException(404, f"thumbnails are files below {_THUMBNAILS.as_posix()}")
        path = file_below(root / _THUMBNAILS, str(relative.relative_to(_THUMBNAILS)), _PICTURES)
        if path is None:
            raise HTTPException(404, "there is no such thumbnail")
        return path

    def _find_medium(self, request: Request) -> pathlib.Path:
        # Of a segment, the id has a media fragment behind the name.
        name = request.query_params.get("id", "")
        for candidate in (name, name.rpartition("#t=")[0]):
            for folder in self._media_folders:
                path = file_below(folder, candidate, _MEDIA)
                if path is not None:
                    return path
        raise HTTPException(404, "there is no such video in the folders of --ui_media")


async def _error_response(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
