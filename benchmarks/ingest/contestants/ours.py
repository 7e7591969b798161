"""This project's `read_clips`."""

from __future__ import annotations

from objects_that_sound.components.media.clips import read_clips


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    return [(clip.jpeg, clip.pcm) for clip in read_clips(path, times)]
