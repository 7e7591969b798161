"""Choosing the times of a video's examples."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction

TICK = Fraction(1, 25)
"""All times are multiples of 0.04 s, for matching and for mismatched pairs alike: otherwise a
network tells them apart by the sound's phase within a frame ("Objects that Sound", section 3.1)."""


def segment_range(
    first: Fraction,
    last: Fraction,
    start: float | None,
    end: float | None,
    *,
    frames: int = 1,
) -> tuple[Fraction, Fraction]:
    """Narrows a range of times so that an example lies within a segment as a whole.

    Args:
        first: the earliest time that the file allows, in seconds.
        last: the latest.
        start: of the segment, in seconds; None for the file's.
        end: of the segment; None for the file's.
        frames: frames one tick apart, the middle one at the example's time.

    Returns:
        The earliest and the latest time; the second is less than the first where there is none.
    """
    half_second, half_frames = Fraction(1, 2), frames // 2 * TICK
    if start is not None:
        first = max(first, _exact(start) + max(half_second, half_frames))
    if end is not None:
        # A frame lasts a tick.
        last = min(last, _exact(end) - max(half_second, half_frames + TICK))
    return first, last


def sample_times(
    first: Fraction, last: Fraction, count: int, *, seed: int, video_id: str, attempt: int = 0
) -> list[float]:
    """Spreads times over a range: one at random in each of `count` equal slots.

    Args:
        first: the earliest time allowed, in seconds.
        last: the latest.
        count: how many are wanted; fewer come from a range of fewer ticks.
        seed: together with the video's id decides the choice, whatever else is ingested.
        video_id: see `seed`.
        attempt: another number gives other times in the same slots (or the same by chance).

    Returns:
        Ascending different multiples of 0.04 s; none if no tick lies in the range.
    """
    lowest, highest = math.ceil(first / TICK), math.floor(last / TICK)
    ticks = highest - lowest + 1
    count = max(0, min(count, ticks))
    again = f"{attempt}/" if attempt else ""
    times = []
    for slot in range(count):
        begin, end = slot * ticks // count, (slot + 1) * ticks // count
        name = f"{seed}/{slot}/{again}{video_id}"
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape"))
        tick = lowest + begin + int.from_bytes(digest.digest()[:8], "big") % (end - begin)
        times.append(float(tick * TICK))
    return times


def _exact(seconds: float) -> Fraction:
    return Fraction(seconds).limit_denominator(1_000_000)
