"""The error of a file that can't be read as picture, sound or video."""

from __future__ import annotations

import os

from objects_that_sound.components.media.media_error import MediaError


class UnusableFileError(MediaError):
    """A MediaError that names the file.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: str | os.PathLike, reason: str, detail: str):
        super().__init__(reason, detail)
        self.path = os.fspath(path)

    def __str__(self) -> str:
        return f"{self.path}: {super().__str__()}"
