"""How an object moves."""

from __future__ import annotations

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Motion:
    """Swinging from edge to edge of the room at any phase, with rocking in place.

    Attributes:
        start: phase of the swing at time 0, (x, y): 0 at the left or upper edge, 1 at the other.
        velocity: mean speed, (x, y) in pixels per second.
        cycle_seconds: one cycle of rocking and growing.
        cycle_start: 0..1.
    """

    start: tuple[float, float]
    velocity: tuple[float, float]
    cycle_seconds: float
    cycle_start: float

    @classmethod
    def sample(cls, speed: tuple[float, float], rng: np.random.Generator) -> Motion:
        """Draws a motion of any direction; `speed` in pixels per second.

        It starts anywhere, more often near the edges.
        """
        angle, pace = rng.uniform(0, 2 * np.pi), rng.uniform(*speed)
        return cls(
            start=(rng.beta(0.5, 0.5), rng.beta(0.5, 0.5)),
            velocity=(float(pace * np.cos(angle)), float(pace * np.sin(angle))),
            cycle_seconds=rng.uniform(1.2, 3.0),
            cycle_start=rng.random(),
        )

    def position(self, time: float, room: tuple[float, float]) -> tuple[float, float]:
        """Where the object is, (x, y) in pixels, each in 0..room.

        Args:
            time: in seconds.
            room: (width, height) in pixels that the position can take.
        """
        x, y = (
            _swing(start * length + velocity * time, length)
            for start, velocity, length in zip(self.start, self.velocity, room, strict=True)
        )
        return x, y

    def cycles(self, time: float) -> float:
        """Cycles of rocking since the start of one, at a time in seconds."""
        return self.cycle_start + time / self.cycle_seconds


def _swing(value: float, length: float) -> float:
    if length <= 0:
        return 0.0
    # A cosine instead of straight lines: slow at the edges, fast through the middle, so that the
    # centre of the frame is a bad guess where the object is.
    return length * (0.5 - 0.5 * math.cos(math.pi * value / length))
