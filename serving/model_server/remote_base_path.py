"""A base path on object storage, whose versions are copied to this machine to be loaded."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import pathlib
import shutil
import tempfile

import grpc

from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import (
    MODEL_FILES,
    Fingerprint,
    VersionFolder,
    version_of,
)
from objects_that_sound.serving.s3_folder import S3Folder


@dataclasses.dataclass(frozen=True)
class RemoteVersion(VersionFolder):
    """A numbered folder there, and the place of its copy here.

    Attributes:
        path: the folder here; it is there once the version is fetched.
        version: its number.
        source: the folder there.
    """

    source: S3Folder

    @property
    def address(self) -> str:
        """Where it lies."""
        return self.source.address

    def fingerprint(self) -> Fingerprint:
        """Name, size and tag of every file there: changes while it is written to."""
        files = self.source.files()
        return tuple(sorted((name, one.size, one.tag) for name, one in files.items()))

    def idle_seconds(self) -> float:
        """Not known, for that machine has another clock."""
        return 0.0

    def fetch(self) -> None:
        """Copies it; the copy is there when it is whole.

        Raises:
            OSError: a file can't be copied.
            ServingError: it was written to meanwhile.
        """
        self.discard()
        before = self.fingerprint()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = pathlib.Path(tempfile.mkdtemp(dir=self.path.parent))
        try:
            for name, _, _ in before:
                target = pathlib.Path(os.path.normpath(part / name))
                if not target.is_relative_to(part):
                    raise OSError(f"{self.address} has an object that leads out of it: {name}")
                self.source.download(name, target)
            if self.fingerprint() != before:
                raise ServingError(
                    grpc.StatusCode.UNAVAILABLE, f"{self.address} changed while it was copied"
                )
            part.rename(self.path)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def discard(self) -> None:
        """Removes the copy."""
        shutil.rmtree(self.path, ignore_errors=True)
        with contextlib.suppress(OSError):  # it has others
            self.path.parent.rmdir()


@dataclasses.dataclass(frozen=True)
class RemoteBasePath:
    """A folder of numbered folders on S3.

    Attributes:
        address: such as s3://bucket/models/objects-that-sound.
    """

    address: str

    def __str__(self) -> str:
        return self.address

    def __truediv__(self, name: str) -> str:
        return f"{self.address}/{name}"

    def check(self) -> None:
        """Refuses what can't be an address.

        Raises:
            ValueError: see `S3Folder`.
        """
        self._folder  # noqa: B018 makes it

    def versions(self) -> list[RemoteVersion]:
        """The folders there that are named by a version and have a saved_model.pb.

        Raises:
            OSError: S3 can't be asked.
        """
        found: dict[int, RemoteVersion] = {}
        names = sorted(self._folder.folders())
        self._seen.intersection_update(names)
        for name in names:
            version = version_of(name)
            if version is None:
                continue
            source = self._folder.below(name)
            if name in self._seen or not MODEL_FILES.isdisjoint(source.files()):
                self._seen.add(name)
                found[version] = RemoteVersion(self._copies / name, version, source)
        return list(found.values())

    @functools.cached_property
    def _folder(self) -> S3Folder:
        return S3Folder(self.address)

    @functools.cached_property
    def _copies(self) -> pathlib.Path:
        """A folder of this machine; it goes with the last copy in it."""
        return pathlib.Path(tempfile.mkdtemp(prefix="objects-that-sound-"))

    @functools.cached_property
    def _seen(self) -> set[str]:
        """Names of versions that had a saved_model.pb: asking for it again would cost requests."""
        return set()


def base_path_of(text: str | os.PathLike[str]) -> pathlib.Path | RemoteBasePath:
    """A folder of this machine or on S3, as it is written.

    Raises:
        ValueError: it is on another storage, or S3 can't be reached by what is installed.
    """
    text = os.fspath(text)
    if "://" not in text:
        return pathlib.Path(text)
    base_path = RemoteBasePath(text.rstrip("/"))
    base_path.check()
    return base_path
