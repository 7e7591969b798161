"""The models that a server serves, by name: finds the one that a request's ModelSpec means."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable

from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_pb2

from serving.model_server.servable import Servable
from serving.model_server.serving_error import ServingError
from serving.model_server.version_manager import VersionManager

_LOG = logging.getLogger(__name__)
_FIRST_RETRY_SECONDS = 0.5


class ModelRegistry:
    """Looks after the version managers of all models, and answers for them."""

    def __init__(self, managers: Iterable[VersionManager], poll_wait_seconds: float = 1.0):
        """Prepares to serve.

        Args:
            managers: one for each model.
            poll_wait_seconds: seconds between two looks at the base paths; 0 for looking only at
                the start (until every folder found then is complete).
        """
        self._managers = {manager.model_name: manager for manager in managers}
        self._poll_wait_seconds = poll_wait_seconds
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="version-watcher", daemon=True)

    def start(self) -> None:
        """Loads what is there, then follows the base paths in a thread of its own."""
        settled = self._poll()
        while not settled and not self._stop.is_set():
            self._stop.wait(min(self._poll_wait_seconds or 1.0, _FIRST_RETRY_SECONDS))
            settled = self._poll()
            if self._poll_wait_seconds:
                break  # the watcher goes on from here
        if self._poll_wait_seconds:
            self._watcher.start()

    def close(self) -> None:
        """Stops watching and unloads every version that is not in use."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        for manager in self._managers.values():
            manager.close()

    def acquire(self, spec: model_pb2.ModelSpec) -> contextlib.AbstractContextManager[Servable]:
        """Holds the servable that `spec` means while a request runs on it.

        Raises:
            ServingError: INVALID_ARGUMENT, no name or a label nobody gave; NOT_FOUND (also on
                entering the context), no such model or version.
        """
        return self._manager(spec).acquire(_version(spec))

    def status(self, spec: model_pb2.ModelSpec) -> get_model_status_pb2.GetModelStatusResponse:
        """The states of a model's versions.

        Raises:
            ServingError: as `acquire`.
        """
        version = _version(spec)
        manager = self._managers.get(_name(spec))
        statuses = manager.statuses(version) if manager else []
        if not statuses:
            asked = "any versions" if version is None else f"version {version}"
            raise ServingError.not_found(f"Could not find {asked} of model {spec.name}")
        return get_model_status_pb2.GetModelStatusResponse(model_version_status=statuses)

    def metadata(
        self, spec: model_pb2.ModelSpec
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """The signatures of a model.

        Raises:
            ServingError: as `acquire`.
        """
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        with self.acquire(spec) as servable:
            response.model_spec.name = spec.name
            response.model_spec.version.value = servable.version
            signatures = get_model_metadata_pb2.SignatureDefMap(signature_def=servable.signatures)
        response.metadata["signature_def"].Pack(signatures)
        return response

    def _manager(self, spec: model_pb2.ModelSpec) -> VersionManager:
        name = _name(spec)
        if name not in self._managers:
            asked = (
                f"Specific({name}, {spec.version.value})"
                if _has_version(spec)
                else (f"Latest({name})")
            )
            raise ServingError.not_found(f"Servable not found for request: {asked}")
        return self._managers[name]

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_wait_seconds):
            self._poll()

    def _poll(self) -> bool:
        settled = True
        for manager in self._managers.values():
            try:
                settled &= manager.poll()
            except Exception:  # the watcher must outlive whatever a file system does
                _LOG.exception("%s: looking for versions failed", manager.model_name)
        return settled


def _name(spec: model_pb2.ModelSpec) -> str:
    if not spec.name:
        raise ServingError.invalid_argument("ModelSpec has no name specified.")
    return spec.name


def _version(spec: model_pb2.ModelSpec) -> int | None:
    if spec.version_label:
        raise ServingError.invalid_argument(
            f"Unrecognized servable version label: {spec.version_label}"
        )
    return spec.version.value if _has_version(spec) else None


def _has_version(spec: model_pb2.ModelSpec) -> bool:
    return spec.WhichOneof("version_choice") == "version"
