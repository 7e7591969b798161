"""The learning rate over a training, and the training's end."""

from __future__ import annotations

import math

from objects_that_sound.models.training.training_clock import TrainingClock
from objects_that_sound.models.training.training_state import TrainingState
from objects_that_sound.models.training_config import TrainingConfig

_WARM_UP_SHARE = 0.05
_LONGEST_WARM_UP = 100  # steps, where the end is not known yet
_FALL_SHARE = 0.2
"""Of a training, in which the learning rate falls (Hägele et al., "Scaling Laws and Compute-Optimal
Training Beyond Fixed Training Durations", section 3, where more brings nothing)."""


class Schedule:
    """Learning rate and end of a training whose length is given, bounded by time, or found.

    Where time is bounded, the number of steps is estimated anew at each step from the time that the
    steps up to then took, and the schedule is fitted to it: it ends where the time does.

    Args:
        config: the recipe.
        steps_per_epoch: number of steps between two validations.
        clock: of this training.
    """

    def __init__(self, config: TrainingConfig, steps_per_epoch: int, clock: TrainingClock):
        self._config, self._clock = config, clock
        self._decay_steps = config.decay_epochs * steps_per_epoch

    def rate(self, state: TrainingState) -> float:
        """The learning rate of the next step.

        It counts optimiser steps, whatever `accumulation_steps` is. A factor is the papers'
        ("Objects that Sound", section 3.4); a cosine falls to zero; for the plateau it stays until
        `state.fall_from` says that it has begun to fall.
        """
        rate, decay = self._config.learning_rate, self._config.learning_rate_decay
        step, last = state.step, self.last_step(state)
        if decay == "cosine":
            if math.isinf(last):  # too few steps were timed yet
                return 0.0
            warm_up = max(int(last * _WARM_UP_SHARE), 1)
            if step < warm_up:
                return rate * step / warm_up
            return rate * (1 + math.cos(math.pi * min((step - warm_up) / last, 1.0))) / 2
        if decay == "plateau":
            warm_up = max(int(min(self._bound(state) * _WARM_UP_SHARE, _LONGEST_WARM_UP)), 1)
            if state.fall_from is None:
                return rate * min((step + 1) / warm_up, 1.0)
            rate *= min(state.fall_from / warm_up, 1.0)  # it falls from where it was
            fallen = (step - state.fall_from) / max(last - state.fall_from, 1)
            return rate * (1 - math.sqrt(min(fallen, 1.0)))
        fitted = self._config.steps / max(last, 1) if self._config.steps else 1.0
        return rate * decay ** (step * fitted // self._decay_steps)

    def falls(self, state: TrainingState) -> bool:
        """Whether it is time for the learning rate of the plateau to begin to fall."""
        if self._config.learning_rate_decay != "plateau" or state.fall_from is not None:
            return False
        return state.plateau or state.step >= (1 - _FALL_SHARE) * self._bound(state)

    def last_step(self, state: TrainingState) -> float:
        """Number of the step that ends the training, as far as is known now; else infinity."""
        bound = self._bound(state)
        if not state.plateau:
            return bound
        if state.fall_from is None:
            return state.step
        return min(bound, state.fall_from + self._fall(state.fall_from))

    def ended(self, state: TrainingState) -> str:
        """Why the training is at its end, as TrainingHistory says it; "" if it is not."""
        if state.step < self.last_step(state):
            return ""
        if state.plateau:
            return "plateau"
        return "steps" if state.step == self._config.steps else "minutes"

    def _bound(self, state: TrainingState) -> float:
        """The last step, whatever the validation says."""
        bound = self._config.steps or math.inf
        if not self._config.minutes:
            return bound
        left = 60 * self._config.minutes - self._clock.seconds
        more = self._clock.steps_in(left) if left > 0 else 0.0
        return bound if more is None else min(bound, state.step + math.floor(more))

    @staticmethod
    def _fall(begin: int) -> int:
        """Number of steps of a fall that begins there."""
        return max(round(begin * _FALL_SHARE / (1 - _FALL_SHARE)), 1)
