"""How an object moves."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Motion:
    """Straight drift that bounces off the frame's edges, with rocking in place.

    Attributes:
        start: at time 0, (x, y) as a fraction 0..1 of the room the object has.
        velocity: (x, y) in pixels per second.
        cycle_seconds: one cycle of rocking and growing.
        cycle_start: 0..1.
    """

    start: tuple[float, float]
    velocity: tuple[float, float]
    cycle_seconds: float
    cycle_start: float

    @classmethod
    def sample(cls, speed: tuple[float, float], rng: np.random.Generator) -> Motion:
        """Draws a motion of any direction from anywhere; `speed` in pixels per second."""
        angle, pace = rng.uniform(0, 2 * np.pi), rng.uniform(*speed)
        return cls(
            start=(rng.random(), rng.random()),
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
            _bounce(start * length + velocity * time, length)
            for start, velocity, length in zip(self.start, self.velocity, room, strict=True)
        )
        return x, y

    def cycles(self, time: float) -> float:
        """Cycles of rocking since the start of one, at a time in seconds."""
        return self.cycle_start + time / self.cycle_seconds


def _bounce(value: float, length: float) -> float:
    if length <= 0:
        return 0.0
    value %= 2 * length
    return min(value, 2 * length - value)
