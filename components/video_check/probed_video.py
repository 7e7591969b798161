"""A video, as far as its header tells."""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.quick_probe import quick_probe

_MARK_BYTES = 1 << 16


class ProbedVideo(NamedTuple):
    """What a file holds, or why it can't be used.

    Attributes:
        path: of the file.
        seconds: length.
        usable: (first, last) second at which a moment can be centred; None where there is none.
        mark: the same for files of the same content; "" where it can't be read.
        reason: machine-readable, see `media_error`; "" where the file can be used, as far as this
            tells.
        detail: the same for people.
    """

    path: str
    seconds: float = 0.0
    usable: tuple[float, float] | None = None
    mark: str = ""
    reason: str = ""
    detail: str = ""


def probe_video(path: str, name: str) -> ProbedVideo:
    """Looks into a file; never raises because of what it holds.

    Args:
        path: where to read it.
        name: what it is called in the result.
    """
    try:
        info = quick_probe(path)
    except MediaError as error:
        return ProbedVideo(name, reason=error.reason, detail=error.detail)
    return ProbedVideo(name, info.duration, info.usable, _mark(path))


def _mark(path: str) -> str:
    """Of the size, the beginning and the end: two videos that share these are one."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            digest = hashlib.sha256(str(size).encode())
            for place in (0, max(0, size - _MARK_BYTES)):
                file.seek(place)
                digest.update(file.read(_MARK_BYTES))
    except OSError:
        return ""
    return digest.hexdigest()
