"""What sounds in a video, and when."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

Plot = Literal["alone", "together", "in turn", "falls silent"]

PLOTS: tuple[Plot, ...] = ("together", "in turn", "falls silent")
"""Of videos with several sounding things, as often as each other."""

LEAST_SECONDS = 2.5
"""Of a video with a turn: a second of sound then fits before the turn and behind it."""


@dataclasses.dataclass(frozen=True)
class Story:
    """Which objects of a scene sound, and when.

    Attributes:
        plot: "alone", the first object sounds; "together", the first two do; "in turn", the first
            until the turn and the second from then on; "falls silent", the first until the turn.
        seconds: length of the video.
        turn: when that is, in seconds.
    """

    plot: Plot
    seconds: float
    turn: float

    @classmethod
    def sample(cls, seed: int, index: int, seconds: float, several_share: float) -> Story:
        """Draws a story.

        Args:
            seed: of the collection.
            index: of the video in it.
            seconds: length of the video.
            several_share: probability of a plot other than "alone".
        """
        # A lot of its own, so that all else of a video does not change with the share.
        rng = np.random.default_rng([seed, index, *b"story"])
        several, which, turn = rng.random(), int(rng.integers(len(PLOTS))), rng.uniform(0.4, 0.6)
        plot: Plot = PLOTS[which] if several < several_share else "alone"
        return cls(plot, seconds, turn * seconds)

    @property
    def sounding_objects(self) -> int:
        """How many objects sound at one time or another: the first ones."""
        return 2 if self.plot in ("together", "in turn") else 1

    def interval(self, place: int) -> tuple[float, float]:
        """From when to when an object sounds, in seconds; (0, 0) if never."""
        if place >= self.sounding_objects:
            return 0.0, 0.0
        if self.plot not in ("in turn", "falls silent"):
            return 0.0, self.seconds
        return (0.0, self.turn) if place == 0 else (self.turn, self.seconds)

    @property
    def moments(self) -> tuple[float, ...]:
        """Times in whose second of sound nothing begins or ends: one between any two turns."""
        if self.plot in ("in turn", "falls silent"):
            return self.turn / 2, (self.turn + self.seconds) / 2
        return (self.seconds / 2,)

    def sounding(self, time: float) -> list[int]:
        """The objects that sound at a time."""
        intervals = enumerate(map(self.interval, range(self.sounding_objects)))
        return [place for place, (start, end) in intervals if start <= time < end]
