"""How long a training has taken, in all processes that it ran in."""

from __future__ import annotations

import time
from collections.abc import Callable

_LEAST_STEPS = 5  # the very first ones may be slower than all others


class TrainingClock:
    """Measures the time of a training, and of its steps.

    Whatever happens between two steps (validations, waiting for batches) is part of a step's mean
    time. The first step of each process is not, for it compiles; but it does take time.

    Args:
        state: what `to_json` gave in the process before; None for a new training.
        read: function that tells seconds, as `time.monotonic` does.
    """

    def __init__(
        self, state: dict[str, float] | None = None, read: Callable[[], float] = time.monotonic
    ):
        self._state = {"seconds": 0.0, "timed_seconds": 0.0, "timed_steps": 0} | (state or {})
        self._read = read
        self._began = read()
        self._first_step_ended: float | None = None
        self._steps = 0  # of this process, but for its first

    @property
    def seconds(self) -> float:
        """Time of training up to now, earlier processes' included."""
        return self._state["seconds"] + self._read() - self._began

    def step_done(self) -> None:
        """Notes that a step has ended."""
        if self._first_step_ended is None:
            self._first_step_ended = self._read()
        else:
            self._steps += 1

    def steps_in(self, seconds: float) -> float | None:
        """How many steps go into so many seconds; None where too few were timed to tell."""
        timed = self.to_json()
        if timed["timed_steps"] < _LEAST_STEPS or not timed["timed_seconds"]:
            return None
        return seconds * timed["timed_steps"] / timed["timed_seconds"]

    def to_json(self) -> dict[str, float]:
        """What the next process goes on from."""
        timed = 0.0 if self._first_step_ended is None else self._read() - self._first_step_ended
        return {
            "seconds": self.seconds,
            "timed_seconds": self._state["timed_seconds"] + timed,
            "timed_steps": self._state["timed_steps"] + self._steps,
        }
