"""Choosing the times of a video's examples."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction

TICK = Fraction(1, 25)
"""All times are multiples of 0.04 s, for matching and for mismatched pairs alike: otherwise a
network tells them apart by the sound's phase within a frame ("Objects that Sound", section 3.1)."""


def sample_times(
    first: Fraction, last: Fraction, count: int, *, seed: int, video_id: str
) -> list[float]:
    """Spreads times over a range: one at random in each of `count` equal slots.

    Args:
        first: the earliest time allowed, in seconds.
        last: the latest.
        count: how many are wanted; fewer come from a range of fewer ticks.
        seed: together with the video's id decides the choice, whatever else is ingested.
        video_id: see `seed`.

    Returns:
        Ascending different multiples of 0.04 s; none if no tick lies in the range.
    """
    lowest, highest = math.ceil(first / TICK), math.floor(last / TICK)
    ticks = highest - lowest + 1
    count = min(count, ticks)
    times = []
    for slot in range(count):
        begin, end = slot * ticks // count, (slot + 1) * ticks // count
        digest = hashlib.sha256(f"{seed}/{slot}/{video_id}".encode("utf-8", "surrogateescape"))
        tick = lowest + begin + int.from_bytes(digest.digest()[:8], "big") % (end - begin)
        times.append(float(tick * TICK))
    return times
