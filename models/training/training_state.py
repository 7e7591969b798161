"""How far a training has come."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np

from objects_that_sound.models.training.checkpoint_store import Checkpoint
from objects_that_sound.models.training.variables import (
    read_variables,
    training_variables,
    write_variables,
)

JUDGE = "val_avc_accuracy"
"""The metric that says which epoch is best."""


@dataclasses.dataclass
class TrainingState:
    """What a training knows beside the values of its variables.

    Attributes:
        step: optimiser steps taken; also says which batch is next.
        history: a list by metric, one entry an epoch; and `step`, at the epoch's end.
        stopped: no epoch was better for too long.
        best_weights: of the network at the end of the best epoch; empty before it, or where they
            are not kept.
    """

    step: int = 0
    history: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    stopped: bool = False
    best_weights: list[np.ndarray] = dataclasses.field(default_factory=list)

    def end_epoch(
        self, results: dict[str, float], network: keras.Model, patience: int, keep_best: bool
    ) -> None:
        """Takes an epoch's results into the history, and keeps its weights if they are the best.

        Args:
            results: by metric.
            network: as it was validated.
            patience: see TrainingConfig.
            keep_best: whether to keep weights.
        """
        for name, value in {"step": self.step, **results}.items():
            self.history.setdefault(name, []).append(value)
        best = self.best_epoch()
        epochs = len(self.history["step"])
        if keep_best and best == epochs - 1:
            self.best_weights = read_variables(network.weights)
        self.stopped = bool(patience) and epochs - 1 - best >= patience

    def best_epoch(self) -> int:
        """Number (from 0) of the first of the best epochs up to now."""
        return int(np.argmax(self.history[JUDGE]))

    def export(self, network: keras.Model) -> None:
        """Gives the network the best weights if they were kept; tells the history which those are.

        `exported` in the history is 1 for the epoch whose weights the network has now, else 0.
        """
        epochs = len(self.history["step"])
        exported = self.best_epoch() if self.best_weights else epochs - 1
        if self.best_weights:
            write_variables(network.weights, self.best_weights)
        self.history["exported"] = [float(epoch == exported) for epoch in range(epochs)]

    def checkpoint(self, network: keras.Model) -> Checkpoint:
        """All that is needed to go on from here."""
        arrays = {
            "variables": read_variables(training_variables(network)),
            "best_weights": self.best_weights,
        }
        return Checkpoint(
            arrays, {"step": self.step, "history": self.history, "stopped": self.stopped}
        )

    @classmethod
    def restore(cls, checkpoint: Checkpoint, network: keras.Model) -> TrainingState:
        """Goes back to a checkpoint.

        Raises:
            ValueError: it is of another network or optimiser.
            KeyError: something is missing in it.
        """
        state = cls(**checkpoint.state, best_weights=checkpoint.arrays.get("best_weights", []))
        write_variables(training_variables(network), checkpoint.arrays["variables"])
        return state
