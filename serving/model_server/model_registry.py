"""The models that a server serves, by name: finds the one that a request's ModelSpec means."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping

import grpc
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_pb2

from objects_that_sound.serving.model_server.model_config import ModelConfig
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_manager import VersionManager

_LOG = logging.getLogger(__name__)
_FIRST_RETRY_SECONDS = 0.5


class ModelRegistry:
    """Looks after the version managers of all models, and answers for them."""

    def __init__(
        self,
        make_manager: Callable[[ModelConfig], VersionManager],
        poll_wait_seconds: float = 1.0,
        num_load_threads: int = 0,
        allow_labels_for_unavailable: bool = False,
        on_poll: Callable[[Mapping[str, bool]], None] = lambda available: None,
    ):
        """Prepares to serve.

        Args:
            make_manager: makes the manager of a model.
            poll_wait_seconds: seconds between two looks at the base paths; 0 for looking only at
                the start (until every folder found then is complete).
            num_load_threads: models polled at the same time; 0 for one after the other.
            allow_labels_for_unavailable: a new label may name a version that is not served yet.
            on_poll: told after every look which models have a version that is served.
        """
        self._make_manager = make_manager
        self._poll_wait_seconds = poll_wait_seconds
        self._allow_labels_for_unavailable = allow_labels_for_unavailable
        self._on_poll = on_poll
        self._managers: dict[str, VersionManager] = {}
        self._labels: dict[str, dict[str, int]] = {}
        self._reload_lock = threading.Lock()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="version-watcher", daemon=True)
        self._loaders = concurrent.futures.ThreadPoolExecutor(max(1, num_load_threads), "loader")

    def start(self, configs: Mapping[str, ModelConfig]) -> None:
        """Loads what is there, then follows the base paths in a thread of its own.

        Raises:
            ServingError: FAILED_PRECONDITION, a label names a version that is not served yet.
        """
        self._labels = self._checked_labels(configs)
        self._managers = {name: self._make_manager(config) for name, config in configs.items()}
        settled = self._poll()
        while not settled and not self._stop.is_set():
            self._stop.wait(min(self._poll_wait_seconds or 1.0, _FIRST_RETRY_SECONDS))
            settled = self._poll()
            if self._poll_wait_seconds:
                break  # the watcher goes on from here
        if self._poll_wait_seconds:
            self._watcher.start()

    def reload(
        self, configs: Mapping[str, ModelConfig], timeout_seconds: float | None = None
    ) -> None:
        """Serves other models, policies or labels from now on.

        Models that are new, or have another base path, are loaded before those they replace and
        those no longer listed are retired. An empty list changes nothing, as in TensorFlow Serving.

        Args:
            configs: all models, by name.
            timeout_seconds: how long to wait for new models; None for as long as it takes.

        Raises:
            ServingError: FAILED_PRECONDITION, a label names a version that is not served, and
                nothing has changed; UNKNOWN, some new models did not become available: they are
                looked for further, and models whose base path changed stay as they were.
        """
        if not configs:
            _LOG.info("taking no action for an empty model config")
            return
        with self._reload_lock:
            self._labels = self._checked_labels(configs)
            managers = dict(self._managers)
            changed: dict[str, VersionManager] = {}
            for name, config in configs.items():
                manager = managers.get(name)
                if manager is not None and manager.base_path == config.base_path:
                    manager.policy = config.policy
                    continue
                changed[name] = self._make_manager(config)
                managers.setdefault(name, changed[name])  # visible while it loads
            self._managers = managers
            self._wait_until_loaded(changed.values(), timeout_seconds)
            failed = [name for name, manager in changed.items() if not manager.is_available()]
            kept: dict[str, VersionManager] = {}
            for name in configs:
                fresh = changed.get(name)
                kept[name] = fresh if fresh is not None and name not in failed else managers[name]
            replaced = [m for m in managers.values() if m not in kept.values()]
            self._managers = kept
        for manager in replaced:
            manager.close()
        self._poll()
        if failed:
            reasons = ", ".join(f"{name}: {_reason(changed[name])}" for name in failed)
            raise ServingError(
                grpc.StatusCode.UNKNOWN, f"Some models did not become available: {{{reasons}}}"
            )

    def abort(self) -> None:
        """Ends the requests on all models with UNAVAILABLE; `close` is still due."""
        for manager in self._managers.values():
            manager.abort()

    def close(self) -> None:
        """Stops watching and unloads every version that is not in use."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._loaders.shutdown()
        for manager in self._managers.values():
            manager.close()

    def availability(self) -> dict[str, bool]:
        """For each model, whether it has a version that is served."""
        return {name: manager.is_available() for name, manager in self._managers.items()}

    def acquire(self, spec: model_pb2.ModelSpec) -> contextlib.AbstractContextManager[Servable]:
        """Holds the servable that `spec` means while a request runs on it.

        Raises:
            ServingError: INVALID_ARGUMENT, no name or a label nobody gave; NOT_FOUND (also on
                entering the context), no such model or version.
        """
        manager = self._manager(spec)
        return manager.acquire(self._version(spec))

    def knows(self, name: str) -> bool:
        """Whether there is a model of that name."""
        return name in self._managers

    def status(self, spec: model_pb2.ModelSpec) -> get_model_status_pb2.GetModelStatusResponse:
        """The states of a model's versions.

        Raises:
            ServingError: as `acquire`.
        """
        manager = self._managers.get(_name(spec))
        version = self._version(spec)
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
        manager = self._managers.get(_name(spec))
        if manager is None:
            version = self._version(spec)
            asked = (
                f"Latest({spec.name})" if version is None else f"Specific({spec.name}, {version})"
            )
            raise ServingError.not_found(f"Servable not found for request: {asked}")
        return manager

    def _version(self, spec: model_pb2.ModelSpec) -> int | None:
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            version = self._labels.get(spec.name, {}).get(spec.version_label)
            if version is None:
                raise ServingError.invalid_argument(
                    f"Unrecognized servable version label: {spec.version_label}"
                )
            return version
        return spec.version.value if choice == "version" else None

    def _checked_labels(self, configs: Mapping[str, ModelConfig]) -> dict[str, dict[str, int]]:
        for name, config in configs.items():
            manager = self._managers.get(name)
            for label, version in config.labels.items():
                is_new = self._labels.get(name, {}).get(label) in (None, version)
                if self._allow_labels_for_unavailable and is_new:
                    continue
                if manager is None or not manager.is_available(version):
                    raise ServingError(
                        grpc.StatusCode.FAILED_PRECONDITION,
                        f"Request to assign label to version {version} of model {name}, which is "
                        "not currently available for inference. A new label may name such a "
                        "version with --allow_version_labels_for_unavailable_models",
                    )
        return {name: dict(config.labels) for name, config in configs.items()}

    def _wait_until_loaded(
        self, managers: Iterable[VersionManager], timeout_seconds: float | None
    ) -> None:
        waiting = list(managers)
        end = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while waiting and not self._stop.is_set():
            settled = list(self._loaders.map(_poll_one, waiting))
            waiting = [m for m, done in zip(waiting, settled, strict=True) if not done]
            if waiting and (
                (end is not None and time.monotonic() > end)
                or self._stop.wait(_FIRST_RETRY_SECONDS)
            ):
                break

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_wait_seconds):
            self._poll()

    def _poll(self) -> bool:
        settled = all(list(self._loaders.map(_poll_one, list(self._managers.values()))))
        self._on_poll(self.availability())
        return settled


def _poll_one(manager: VersionManager) -> bool:
    try:
        return manager.poll()
    except Exception:  # the watcher must outlive whatever a file system does
        _LOG.exception("%s: looking for versions failed", manager.model_name)
        return True


def _reason(manager: VersionManager) -> str:
    errors = [s.status.error_message for s in manager.statuses() if s.status.error_message]
    return errors[0] if errors else f"no versions found under {manager.base_path}"


def _name(spec: model_pb2.ModelSpec) -> str:
    if not spec.name:
        raise ServingError.invalid_argument("ModelSpec has no name specified.")
    return spec.name
