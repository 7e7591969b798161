"""Where decoded sound belongs: samples are counted, time stamps say where the count begins."""

from __future__ import annotations

import itertools
import statistics
from collections import deque
from typing import NamedTuple

TOLERANCE_SECONDS = 0.002
"""Time stamps may jitter by this much (containers round to milliseconds) and still be continuous;
a window may lack this much at its ends."""

LASTING_SECONDS = 1.0
"""A jump lasts if most time stamps of so much sound behind it agree with it."""

_NEAR_SECONDS = 0.5  # stamps this near on both sides tell slow drift from wobble
_LOST_SECONDS = 0.01  # drift that got away: no clock is wrong by so much that it can't be followed
_MANY_STEPS = 3  # so many within a second and a half are no jumps that last
_MOST_STRETCH = 0.02  # of a frame's length


class Placement(NamedTuple):
    """Where a frame belongs.

    Attributes:
        start: seconds at which a new run of samples begins; None: the frame continues the run.
        stretch: samples by which the frame is to become longer, or shorter where negative.
    """

    start: float | None = None
    stretch: int = 0


class SoundClock:
    """Places the frames of one sound track, one after the other.

    Frames are contiguous unless their time stamps say otherwise *lastingly*. So stamps that wobble,
    or are wrong for some packets, tear no holes. Stamps that drift away from the count without a
    jump, because the recorder's clock was slow or fast, are followed: frames become longer or
    shorter by some samples. Where stamps agree with the count within the tolerance, nothing is
    changed.
    """

    def __init__(self, sample_rate: int):
        """Creates a clock.

        Args:
            sample_rate: of the samples by which frames are stretched, in Hz.
        """
        self._rate = sample_rate
        self._waiting: deque[_Frame] = deque()
        self._placed: deque[_Frame] = deque()  # the last ones of the run
        self._counted = 0.0  # seconds of all frames so far
        self._offset: float | None = None  # the deviation of a frame that is in its place

    @property
    def undecided(self) -> bool:
        """Whether a frame waits whose stamp does not agree with the count."""
        if not self._waiting:
            return False
        offset = self._waiting[0].deviation if self._offset is None else self._offset
        return any(abs(frame.deviation - offset) > TOLERANCE_SECONDS for frame in self._waiting)

    def add(self, stamp: float | None, seconds: float) -> bool:
        """Takes the next frame.

        Args:
            stamp: time of its first sample in seconds; None: it follows the frame before.
            seconds: its length.

        Returns:
            False if neither it nor a frame before has a stamp.
        """
        if stamp is not None:
            deviation = stamp - self._counted
        elif self._waiting or self._placed:
            deviation = (self._waiting or self._placed)[-1].deviation
        else:
            return False
        self._waiting.append(_Frame(self._counted, seconds, deviation))
        self._counted += seconds
        return True

    def place(self, final: bool) -> Placement | None:
        """Decides about the first frame that waits.

        Args:
            final: whether no frame follows those that wait.

        Returns:
            None if none waits, or if it takes more frames to decide.
        """
        if not self._waiting:
            return None
        frame = self._waiting[0]
        if not final and self._counted - frame.counted < LASTING_SECONDS:
            return None
        placement = self._decide(frame)
        if placement.start is not None:
            self._offset = placement.start - frame.counted
            self._placed.clear()
        elif self._offset is not None:
            self._offset += placement.stretch / self._rate
        self._placed.append(self._waiting.popleft())
        while frame.counted - self._placed[0].counted > _NEAR_SECONDS:
            self._placed.popleft()
        return placement

    def _decide(self, frame: _Frame) -> Placement:
        away = 0.0 if self._offset is None else abs(frame.deviation - self._offset)
        if self._offset is not None and away <= TOLERANCE_SECONDS:
            return Placement()
        level, doubt = self._level(), max(TOLERANCE_SECONDS, 3 * self._wobble())
        off_level = abs(frame.deviation - level)
        exact = Placement(frame.counted + frame.deviation)
        lasting = exact if off_level <= TOLERANCE_SECONDS else Placement(frame.counted + level)
        if self._offset is None:
            return lasting if doubt > TOLERANCE_SECONDS else exact
        jumps = abs(frame.deviation - self._placed[-1].deviation) > TOLERANCE_SECONDS
        if jumps and abs(level - self._offset) > doubt and 2 * off_level <= away:
            return lasting
        if abs(level - self._offset) <= TOLERANCE_SECONDS:
            return Placement()  # it will pass
        return self._follow(frame, self._offset, doubt)

    def _level(self) -> float:
        """The deviation that lasts: the middle one of the frames that wait."""
        return statistics.median(frame.deviation for frame in self._waiting)

    def _wobble(self) -> float:
        """By how much neighbouring stamps disagree as a rule; a step among them does not count.

        Where one stamp is for several frames, as in transport streams, most neighbours agree: there
        the steps between stamps are what wobbles, if they go to and fro.
        """
        near = itertools.chain(self._placed, self._waiting)
        pairs = itertools.pairwise(frame.deviation for frame in near)
        steps = [later - earlier for earlier, later in pairs]
        if not steps:
            return 0.0
        large = [step for step in steps if abs(step) > TOLERANCE_SECONDS]
        to_and_fro = 2 * abs(sum(large)) <= sum(map(abs, large))
        told = large if len(large) >= _MANY_STEPS and to_and_fro else steps
        return statistics.median(map(abs, told))

    def _follow(self, frame: _Frame, offset: float, doubt: float) -> Placement:
        """Goes after slow drift: what remains when wobble is averaged out."""
        before = frame.counted - self._placed[0].counted
        width = min(before, self._waiting[-1].counted - frame.counted)
        near = [
            other.deviation
            for other in itertools.chain(self._placed, self._waiting)
            if abs(other.counted - frame.counted) <= width
        ]
        drift = statistics.median(near) - offset
        if abs(drift) > max(_LOST_SECONDS, doubt) and width > _NEAR_SECONDS / 2:
            return Placement(frame.counted + offset + drift)
        excess = max(0.0, abs(drift) - TOLERANCE_SECONDS)
        most = _MOST_STRETCH * frame.seconds
        stretch = round(min(excess, most) * self._rate)
        return Placement(stretch=stretch if drift > 0 else -stretch)


class _Frame(NamedTuple):
    counted: float  # seconds of all frames before
    seconds: float
    deviation: float  # its time stamp less `counted`
