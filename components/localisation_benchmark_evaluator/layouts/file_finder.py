"""Finds a benchmark's media by name, wherever below its folder they lie."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

PICTURES = frozenset({".jpg", ".jpeg", ".png"})
SOUNDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".opus", ".m4a"})
VIDEOS = frozenset({".mp4", ".mkv", ".webm", ".mov", ".avi"})


class FileFinder:
    """The files of some kinds below folders, by their names without suffix."""

    def __init__(self, folders: Iterable[pathlib.Path], suffixes: frozenset[str]):
        """Lists the folders.

        Args:
            folders: folders to look through, whole; those that are not there hold nothing.
            suffixes: endings to look for, lower case with a dot.
        """
        self._paths: dict[str, str] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.suffix.lower() in suffixes and path.is_file():
                    self._paths.setdefault(path.stem, str(path))

    def __call__(self, name: str) -> str | None:
        """The path of a name, given with or without folders and suffix; None if it is not there."""
        last = name.replace("\\", "/").rpartition("/")[2]
        return self._paths.get(last) or self._paths.get(pathlib.PurePosixPath(last).stem)
