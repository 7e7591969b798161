"""Frames as they are shown, and as the model gets them."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame

from objects_that_sound.components.media.clips import FRAME_SECONDS
from objects_that_sound.components.media.frame_encoder import FrameEncoder


class ShownFrame(NamedTuple):
    """A frame.

    Attributes:
        picture: uint8 [height, width, 3], to show.
        image: the JPEG for the model, or where it looks at several frames, all of them.
    """

    picture: np.ndarray
    image: bytes | tuple[bytes, ...]


def shown_frames(
    frames: Iterable[tuple[Fraction, VideoFrame]],
    for_model: FrameEncoder,
    for_eye: FrameEncoder,
    count: int = 1,
) -> Iterator[tuple[Fraction, ShownFrame]]:
    """Encodes frames one after the other.

    Args:
        frames: (seconds, frame), ascending.
        for_model: stores the JPEGs.
        for_eye: makes the pictures.
        count: how many frames the model looks at: the one in the middle is shown, the others are
            0.04 s apart, as ingest takes them. At the ends of the video its first or last frame
            stands for those beyond.

    Yields:
        (seconds, the frame).
    """
    half = count // 2 * FRAME_SECONDS
    times: list[Fraction] = []
    known: list[tuple[np.ndarray, bytes]] = []  # picture and JPEG of each time
    place = 0  # of the next to yield

    def ready() -> ShownFrame:
        picture, jpeg = known[place]
        if count == 1:
            return ShownFrame(picture, jpeg)
        wanted = (times[place] - half + number * FRAME_SECONDS for number in range(count))
        places = [max(0, bisect.bisect_right(times, time) - 1) for time in wanted]
        return ShownFrame(picture, tuple(known[one][1] for one in places))

    for time, frame in frames:
        times.append(time)
        known.append((for_eye.picture(frame), for_model.encode(frame).jpeg))
        # Of the frames behind, all must be known that are not later than the last one wanted.
        while place < len(times) and (count == 1 or time > times[place] + half):
            yield times[place], ready()
            place += 1
        # Of those before, one that is not later than the first one wanted is enough.
        first = max(0, bisect.bisect_right(times, times[min(place, len(times) - 1)] - half) - 1)
        del times[:first], known[:first]
        place -= first
    while place < len(times):
        yield times[place], ready()
        place += 1
