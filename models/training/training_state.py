"""How far a training has come."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from objects_that_sound.models.training.checkpoint_store import Checkpoint
from objects_that_sound.models.training.plateau import best_epoch
from objects_that_sound.models.training.variables import (
    read_variables,
    training_variables,
    write_variables,
)
from objects_that_sound.models.training_history import JUDGE, Curves


@dataclasses.dataclass
class TrainingState:
    """What a training knows beside the values of its variables.

    Attributes:
        step: optimiser steps taken; also says which batch is next.
        curves: as TrainingHistory has them.
        plateau: no epoch was better for too long.
        fall_from: number of steps after which the learning rate began to fall; see Schedule.
        ended: why it is at its end; "" if it is not.
        clock: state of the TrainingClock.
        best_weights: of the network at the end of the best epoch; empty before it, or where they
            are not kept.
    """

    step: int = 0
    curves: Curves = dataclasses.field(default_factory=dict)
    plateau: bool = False
    fall_from: int | None = None
    ended: str = ""
    clock: dict[str, float] = dataclasses.field(default_factory=dict)
    best_weights: list[np.ndarray] = dataclasses.field(default_factory=list)

    def end_epoch(
        self, results: dict[str, float], network: keras.Model, *, keep_best: bool
    ) -> None:
        """Takes an epoch's results into the curves, and keeps its weights if they are the best.

        Args:
            results: by metric.
            network: as it was validated.
            keep_best: whether to keep weights.
        """
        for name, value in {"step": self.step, **results}.items():
            self.curves.setdefault(name, []).append(value)
        if keep_best and self.best_epoch() == len(self.curves["step"]) - 1:
            self.best_weights = read_variables(network.weights)

    def best_epoch(self) -> int:
        """Number (from 0) of the first of the best epochs up to now."""
        return best_epoch(self.curves[JUDGE])

    def export(self, network: keras.Model) -> int:
        """Gives the network the best weights if they were kept; returns which epoch's it has."""
        if not self.best_weights:
            return len(self.curves["step"]) - 1
        write_variables(network.weights, self.best_weights)
        return self.best_epoch()

    def checkpoint(self, network: keras.Model, more: Sequence[keras.Variable] = ()) -> Checkpoint:
        """All that is needed to go on from here.

        Args:
            network: in training.
            more: variables that go with it.
        """
        arrays = {
            "variables": read_variables([*training_variables(network), *more]),
            "best_weights": self.best_weights,
        }
        plain = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name not in arrays
        }
        return Checkpoint(arrays, plain)

    @classmethod
    def restore(
        cls, checkpoint: Checkpoint, network: keras.Model, more: Sequence[keras.Variable] = ()
    ) -> TrainingState:
        """Goes back to a checkpoint.

        Args:
            checkpoint: of `checkpoint`.
            network: in training, as the next.
            more: variables that go with it.

        Raises:
            ValueError: it is of another network or optimiser.
            KeyError: something is missing in it.
            TypeError: it is of another version of this class.
        """
        state = cls(**checkpoint.state, best_weights=checkpoint.arrays.get("best_weights", []))
        write_variables([*training_variables(network), *more], checkpoint.arrays["variables"])
        return state
