"""Where time starts again in a file: recordings joined without new time stamps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from objects_that_sound.components.media.packet_index import PacketIndex

_BACK_SECONDS = 1  # time stamps that go back by less are in disorder; time does not start again
_FORWARD_SECONDS = (
    12 * 3600
)  # MPEG's clocks turn over at 26.5 h: more than half of it is a step back
_NEIGHBOURS = 16  # packets on either side of a step, whose middle says whether it lasts


def time_breaks(index: PacketIndex, base: Fraction) -> list[int]:
    """Ordinals of the packets with which time starts again.

    Args:
        index: of a stream.
        base: seconds of a tick.
    """
    stamps, back, forward = index.stamps, _BACK_SECONDS / base, _FORWARD_SECONDS / base
    if not stamps.size:
        return []
    # In a continuous stream of pictures a key packet is later than all packets before it in the
    # file, and what follows is later than the key packet before; in a stream of sound, where every
    # packet is a key, each is later than the one before.
    keys = index.keys if index.keys.size else np.zeros(1, np.int64)
    highest = np.maximum.reduceat(stamps, keys)[:-1]  # of each group but the last
    behind = stamps[keys[1:]]
    steps = (behind < highest - float(back)) | (behind > highest + float(forward))
    return [int(key) for key in keys[1:][steps] if _lasts(stamps, int(key), float(forward))]


def _lasts(stamps: np.ndarray, ordinal: int, forward: float) -> bool:
    """Whether most packets after a step are not where those before it lead to."""
    before = float(np.median(stamps[max(0, ordinal - _NEIGHBOURS) : ordinal]))
    behind = float(np.median(stamps[ordinal : ordinal + _NEIGHBOURS]))
    return not before <= behind <= before + forward


def common_seconds(part: Sequence[PacketIndex], bases: Sequence[Fraction]) -> float:
    """Seconds that the streams of a part run together.

    Args:
        part: an index for each stream.
        bases: seconds of a tick of each stream.
    """
    if any(index.start is None for index in part):
        return -math.inf
    first = max((index.start or 0) * base for index, base in zip(part, bases, strict=True))
    last = min(index.end * base for index, base in zip(part, bases, strict=True))
    return float(last - first)
