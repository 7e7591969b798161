"""Clips at equal distances over a whole file."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.clips import Clip, read_clips, usable_range
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.media_file import MediaFile, Source

_AT_ONCE = 64
"""Clips decoded at a time: memory does not grow with the file."""


def slide_times(source: Source, every: float, *, frames: int = 1) -> list[float]:
    """The seconds at which `slide` centres its clips: the first that there can be, and on.

    Args:
        source: path or seekable binary file.
        every: seconds from clip to clip.
        frames: see `read_clips`.

    Raises:
        ValueError: `every` is not positive.
        MediaError: the file can't be opened, or is too short for one clip.
    """
    if not every > 0:
        raise ValueError(f"every must be positive, not {every}")
    with MediaFile(source) as media:
        first, last = usable_range(media, frames)
    count = (last - first) // Fraction(every) + 1
    return [float(first + i * Fraction(every)) for i in range(count)]


def slide(
    source: Source,
    times: list[float],
    *,
    image_size: int = 256,
    sample_rate: int = 48000,
    frames: int = 1,
    read: Callable[..., list[Clip]] | None = None,
) -> Iterator[Clip | MediaError]:
    """Decodes clip after clip; where one is damaged, the others are still read.

    Where the decoder dies or hangs, so do all clips that were to be read at once.

    Args:
        source: path or seekable binary file.
        times: of `slide_times`.
        image_size: see `read_clips`.
        sample_rate: see `read_clips`.
        frames: see `read_clips`.
        read: function to read with: one that calls `read_clips` elsewhere; None: `read_clips`.

    Yields:
        For each time a clip, or why there is none.
    """

    read = read or read_clips
    options = {"image_size": image_size, "sample_rate": sample_rate, "frames": frames}
    for start in itertools.count(0, _AT_ONCE):
        chunk = times[start : start + _AT_ONCE]
        if not chunk:
            return
        try:
            yield from read(source, chunk, **options)
        except MediaError as failure:
            if failure.reason in (media_error.CRASHED, media_error.TIMEOUT):
                yield from [failure] * len(chunk)
                continue
            for time in chunk:
                try:
                    yield from read(source, [time], **options)
                except MediaError as error:
                    yield error
