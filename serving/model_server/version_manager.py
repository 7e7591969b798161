"""The versions of one model: finds, loads, serves and retires them."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import pathlib
import threading
import time
from collections.abc import Callable, Iterator

import grpc
from tensorflow_serving.apis import get_model_status_pb2

from objects_that_sound.serving.model_server.remote_base_path import RemoteBasePath
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import Fingerprint, VersionFolder
from objects_that_sound.serving.model_server.version_policy import VersionPolicy

_LOG = logging.getLogger(__name__)
_State = get_model_status_pb2.ModelVersionStatus.State
_SETTLED_AFTER_SECONDS = 2.0
"""A folder in which nothing changed for so long is complete, as far as anyone can tell."""


@dataclasses.dataclass
class _Version:
    """A version that was seen; guarded by the manager's lock."""

    state: int = _State.Value("START")
    error: ServingError | None = None
    failures: int = 0
    failed_at: float = 0.0
    fingerprint: Fingerprint | None = None
    folder: VersionFolder | None = None
    servable: Servable | None = None
    references: int = 0


class VersionManager:
    """Serves the versions below a base path, following it as versions come and go.

    A new version is loaded before the old one is retired; a retired one is freed when its last
    request has ended. A version that cannot be loaded is reported and never served, and the
    previous stays; it is tried again a few times, and whenever its files change. Folders still
    being written to are left alone until they rest.

    Attributes:
        model_name: the name it is served under.
        base_path: the folder of numbered folders.
        policy: which versions to serve; a new one counts from the next `poll`.
    """

    def __init__(
        self,
        model_name: str,
        base_path: pathlib.Path | RemoteBasePath,
        policy: VersionPolicy | None = None,
        load: Callable[[VersionFolder], Servable] = Servable,
        max_num_load_retries: int = 0,
        load_retry_interval_seconds: float = 60.0,
    ):
        """Prepares to serve.

        Args:
            model_name: the name it is served under.
            base_path: the folder of numbered folders.
            policy: which versions to serve; by default the one with the greatest number.
            load: makes a servable of a folder.
            max_num_load_retries: how often a version that failed is tried again as it is.
            load_retry_interval_seconds: between two such tries.
        """
        self.model_name = model_name
        self.base_path = base_path
        self.policy = policy or VersionPolicy()
        self._load = load
        self._max_num_load_retries = max_num_load_retries
        self._load_retry_interval_seconds = load_retry_interval_seconds
        self._versions: dict[int, _Version] = {}
        self._lock = threading.Lock()
        self._poll_lock = threading.Lock()
        self._last_complaint = ""
        self._closed = False

    @contextlib.contextmanager
    def acquire(self, version: int | None = None) -> Iterator[Servable]:
        """Holds a version while a request runs on it: the latest served, or the one asked for.

        Raises:
            ServingError: NOT_FOUND, it is not being served.
        """
        with self._lock:
            held = self._find(version)
            held.references += 1
            assert held.servable is not None
            servable = held.servable
        try:
            yield servable
        finally:
            with self._lock:
                held.references -= 1
            self._free_if_idle(servable.version, held)

    def is_available(self, version: int | None = None) -> bool:
        """Whether any version, or the one asked for, is being served."""
        available = self._available()
        return bool(available) if version is None else version in available

    def statuses(self, version: int | None = None) -> list[get_model_status_pb2.ModelVersionStatus]:
        """The state of every version seen so far, the newest first, or of the one asked for."""
        with self._lock:
            return [
                get_model_status_pb2.ModelVersionStatus(
                    version=number,
                    state=seen.state,
                    status={
                        "error_code": seen.error.number if seen.error else 0,
                        "error_message": seen.error.message if seen.error else "",
                    },
                )
                for number, seen in sorted(self._versions.items(), reverse=True)
                if version in (None, number)
            ]

    def poll(self) -> bool:
        """Looks at the base path once; loads and retires what has to be.

        Returns:
            False where a version that should be served is still being written to.
        """
        waiting: set[int] = set()
        with self._poll_lock:
            while not self._closed and (folders := self._find_folders()) is not None:
                candidates = set(folders) - self._failed(folders) - waiting
                aspired = self.policy.select(candidates)
                to_load = sorted(aspired - set(self._available()))
                unsettled = {n for n in to_load if not self._is_settled(folders[n])}
                waiting |= unsettled
                # On a version that is not ready or not good the policy chooses another.
                if unsettled or not all([self._try_to_load(folders[n]) for n in to_load]):
                    continue
                if aspired:  # never retire the last good version for nothing
                    self._retire(set(self._available()) - aspired)
                break
        return not waiting

    def abort(self) -> None:
        """Ends the requests on every version; see `Servable.abort`."""
        with self._lock:
            servables = [v.servable for v in self._versions.values() if v.servable is not None]
        for servable in servables:
            servable.abort()

    def close(self) -> None:
        """Retires every version; those still in use are freed with their last request."""
        with self._poll_lock:
            self._closed = True
            self._retire(set(self._available()))

    def _find(self, version: int | None) -> _Version:
        """The version to serve; the caller holds the lock."""
        available = self._available_locked()
        number = max(available, default=None) if version is None else version
        if number not in available:
            asked = (
                f"Latest({self.model_name})"
                if version is None
                else f"Specific({self.model_name}, {version})"
            )
            raise ServingError.not_found(f"Servable not found for request: {asked}")
        return self._versions[number]

    def _find_folders(self) -> dict[int, VersionFolder] | None:
        try:
            folders: dict[int, VersionFolder] = {}
            if isinstance(self.base_path, RemoteBasePath):
                folders = {version.version: version for version in self.base_path.versions()}
            else:
                folders = {f.version: f for f in VersionFolder.find_all(self.base_path)}
        except FileNotFoundError:
            self._complain(f"there is no folder {self.base_path}; waiting for it")
            return None
        except OSError as error:
            self._complain(f"cannot read the base path: {error}")
            return None
        if folders:
            self._last_complaint = ""
        else:
            self._complain(
                f"no versions found under {self.base_path}; waiting for a folder named by a number "
                f"that holds a SavedModel, such as {self.base_path / '1'}/saved_model.pb"
            )
        return folders

    def _complain(self, words: str) -> None:
        if words != self._last_complaint:  # once, not at every poll
            _LOG.warning("%s: %s", self.model_name, words)
        self._last_complaint = words

    def _failed(self, folders: dict[int, VersionFolder]) -> set[int]:
        """Versions that could not be loaded, have not changed since, and are not to be retried."""
        with self._lock:
            failed = {
                number: version.fingerprint
                for number, version in self._versions.items()
                if version.error and not self._is_retry_due(version)
            }
        return {n for n in failed if n in folders and _fingerprint(folders[n]) == failed[n]}

    def _is_retry_due(self, version: _Version) -> bool:
        waited = time.monotonic() - version.failed_at
        return (
            version.failures <= self._max_num_load_retries
            and waited >= self._load_retry_interval_seconds
        )

    def _available(self) -> list[int]:
        with self._lock:
            return self._available_locked()

    def _available_locked(self) -> list[int]:
        available = _State.Value("AVAILABLE")
        return [n for n, v in self._versions.items() if v.state == available]

    def _is_settled(self, folder: VersionFolder) -> bool:
        fingerprint = _fingerprint(folder)
        with self._lock:
            seen = self._versions.get(folder.version)
            before = seen.fingerprint if seen else None
            if seen and seen.error and fingerprint is not None and fingerprint == before:
                return True  # to be retried as it is
            self._versions[folder.version] = _Version(fingerprint=fingerprint)
        if fingerprint is None:
            return False
        try:
            return fingerprint == before or folder.idle_seconds() > _SETTLED_AFTER_SECONDS
        except OSError:
            return False

    def _try_to_load(self, folder: VersionFolder) -> bool:
        number = folder.version
        fingerprint = _fingerprint(folder)
        version = _Version(_State.Value("LOADING"), fingerprint=fingerprint, folder=folder)
        with self._lock:
            before = self._versions.get(number)
            if before and before.fingerprint == version.fingerprint:
                version.failures = before.failures
            self._versions[number] = version
        _LOG.info("%s: loading version %d from %s", self.model_name, number, folder.address)
        try:
            folder.fetch()
            servable = self._load(folder)
        except Exception as error:
            folder.discard()
            if not isinstance(error, ServingError):
                words = f"cannot load {folder.address}: {error}"
                error = ServingError(grpc.StatusCode.UNKNOWN, words)
            with self._lock:
                version.state, version.error = _State.Value("END"), error
                version.failures, version.failed_at = version.failures + 1, time.monotonic()
            _LOG.error("%s: version %d is not served: %s", self.model_name, number, error.message)
            return False
        with self._lock:
            version.servable, version.state = servable, _State.Value("AVAILABLE")
        _LOG.info("%s: version %d is served", self.model_name, number)
        return True

    def _retire(self, numbers: set[int]) -> None:
        for number in sorted(numbers):
            with self._lock:
                version = self._versions[number]
                version.state = _State.Value("UNLOADING")
            self._free_if_idle(number, version)

    def _free_if_idle(self, number: int, version: _Version) -> None:
        with self._lock:
            unloading = version.state == _State.Value("UNLOADING")
            if version.references or not unloading or version.servable is None:
                return
            servable, version.servable = version.servable, None
        servable.close()
        if version.folder is not None:
            version.folder.discard()
        with self._lock:
            version.state = _State.Value("END")
        _LOG.info("%s: version %d is unloaded", self.model_name, number)


def _fingerprint(folder: VersionFolder) -> Fingerprint | None:
    try:
        return folder.fingerprint()
    except OSError:  # a file vanished meanwhile: the folder is being changed
        return None
