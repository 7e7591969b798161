"""What a tick of a stream is."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from av.frame import Frame
from av.stream import Stream


def time_base(timed: Stream | Frame) -> Fraction:
    """Seconds of a tick of a stream or frame; every demuxed or decoded one has it."""
    return Fraction(cast(Fraction, timed.time_base))  # PyAV has a rational type of its own
