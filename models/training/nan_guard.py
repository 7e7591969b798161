"""Ends a training that has become useless."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from objects_that_sound.models.training.train_step import Batch, TrainStep
from objects_that_sound.models.training.variables import not_finite, read_learning_rate

_SHOWN = 8


class NaNGuard:
    """Looks for losses, gradients and weights that are NaN or infinite.

    The step notes on the device when that happens first; this asks for it seldom, since asking
    means to wait for the device, but always before anything is kept.

    Args:
        step: whose losses and gradients.
        network: whose weights.
        strategy: that distributes the batches.
        every: steps between two looks.
        name_videos: tells the ids of the videos of batch number n (from 0).
    """

    def __init__(
        self,
        step: TrainStep,
        network: keras.Model,
        strategy: tf.distribute.Strategy,
        every: int,
        name_videos: Callable[[int], list[str]] | None = None,
    ):
        self._step, self._network, self._strategy = step, network, strategy
        self._every = every
        self._name_videos = name_videos
        # Where looks are far apart, the bad step lies back.
        self._groups: collections.deque[tuple[int, object]] = collections.deque(maxlen=2 * every)

    def after_step(self, number: int, batch: Batch) -> None:
        """Remembers the batch of step `number` (from 1), and looks where it is time.

        Raises:
            FloatingPointError: see `check`.
        """
        self._groups.append((number, batch["group"]))
        if number % self._every == 0:
            self.check(weights=False)

    def check(self, weights: bool = True) -> None:
        """Looks.

        Args:
            weights: at those of the network, too.

        Raises:
            FloatingPointError: something is NaN or infinite; says since which step, in which batch,
                and what to do.
        """
        number = self._step.first_bad_step()
        if number is not None:
            raise FloatingPointError(
                f"The loss or a gradient is NaN or infinite at step {number}, in the batch of "
                f"{self._describe(number)}. Nothing of it was kept. Lower learning_rate "
                f"({read_learning_rate(self._network):.2g} now), or look at these videos, or, in mixed "
                "precision, train in float32"
            )
        if weights and (paths := not_finite(self._network.variables)):
            raise FloatingPointError(
                f"Weights are NaN or infinite after step {self._groups[-1][0]}: "
                f"{', '.join(paths[:_SHOWN])}. Nothing of it was kept. Lower learning_rate"
            )

    def _describe(self, number: int) -> str:
        if self._name_videos is not None:
            try:
                return "the videos " + _list(self._name_videos(number - 1))
            except (OSError, tf.errors.OpError) as error:  # still say the rest
                print(f"the batch's videos can't be read: {error}", file=sys.stderr)
        for step, group in self._groups:
            if step == number:
                values = [v.numpy() for v in self._strategy.experimental_local_results(group)]
                return "the groups (hashes of names) " + _list(np.concatenate(values).tolist())
        return "unknown groups"


def _list(names: list) -> str:
    different = [str(name) for name in dict.fromkeys(names)]
    more = f" and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return ", ".join(different[:_SHOWN]) + more
