"""What a file holds, told without reading all of a large one."""

from __future__ import annotations

import functools
from fractions import Fraction

import av
from av.stream import Stream

from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.announced_size import HEAD_BYTES, announced_size
from objects_that_sound.components.media.clips import CLIP_SECONDS, MediaInfo, probe
from objects_that_sound.components.media.containers import (
    Source,
    open_container,
    second_reading,
    source_head,
    source_size,
)
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.stream_choice import choose_streams
from objects_that_sound.components.media.time_base import time_base

_SMALL_BYTES = 16 << 20
"""Reading so little takes no longer than some milliseconds."""


def quick_probe(source: Source) -> MediaInfo:
    """As `probe`, but believes what the header of a large file says, unless that lists its samples.

    Raises:
        MediaError: as `probe`; no_video_stream, no_audio_stream, too_short: the file has no moment
            that can be used.
    """
    info = _of_header(source) if source_size(source) > _SMALL_BYTES else None
    info = info or probe(source)
    if not info.width:
        raise MediaError(media_error.NO_VIDEO_STREAM, "no moving picture")
    if not info.sample_rate:
        raise MediaError(media_error.NO_AUDIO_STREAM, "no sound track")
    if info.usable is None:
        raise MediaError(
            media_error.TOO_SHORT, "picture and sound do not run together for a whole second"
        )
    return info


def _of_header(source: Source) -> MediaInfo | None:
    """None where the file must be asked itself.

    Its samples are listed, its length is unknown, or it has fewer bytes than it announces.
    """
    if (announced_size(source_head(source, HEAD_BYTES)) or 0) > source_size(source):
        return None
    with open_container(source) as container:
        if "mov" in container.format.name.split(",") or not container.duration:
            return None
        video, audio = choose_streams(container, functools.partial(second_reading, source))
        origin = max(Fraction(0), Fraction(container.start_time or 0, av.time_base))
        end = Fraction(container.duration, av.time_base)
        ranges = [_range(stream, origin, end) for stream in (video, audio) if stream is not None]
        first = max(start for start, _ in ranges) + Fraction(CLIP_SECONDS, 2)
        last = min(stop for _, stop in ranges) - Fraction(CLIP_SECONDS, 2)
        return MediaInfo(
            float(end),
            video.width if video else 0,
            video.height if video else 0,
            audio.sample_rate if audio else 0,
            (float(first), float(last)) if last >= first else None,
        )


def _range(stream: Stream, origin: Fraction, end: Fraction) -> tuple[Fraction, Fraction]:
    start = max(Fraction(0), (stream.start_time or 0) * time_base(stream) - origin)
    if not stream.duration:
        return start, end
    return start, min(end, start + stream.duration * time_base(stream))
