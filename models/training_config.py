"""How a network is trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """The recipe; the defaults are the papers' where they state one.

    Attributes:
        objective: a name of `models.losses.objectives.OBJECTIVES`.
        batch_size: examples a step; all pairs of a batch are used.
        steps: optimiser steps.
        steps_per_epoch: steps between two validations.
        learning_rate: of Adam, at the start.
        learning_rate_decay: factor every `decay_epochs` epochs, or `cosine` to fall to zero.
        decay_epochs: epochs between two decays.
        weight_decay: decoupled, as in AdamW.
        shuffle_buffer: examples to shuffle over.
        seed: of weights, augmentation and order.
    """

    objective: str = "all_pairs"
    batch_size: int = 2048
    steps: int = 100_000
    steps_per_epoch: int = 1000
    learning_rate: float = 1e-4
    learning_rate_decay: float | str = 0.94
    decay_epochs: int = 16
    weight_decay: float = 1e-5
    shuffle_buffer: int = 10_000
    seed: int = 0

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        for name in ("batch_size", "steps", "steps_per_epoch", "shuffle_buffer"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.batch_size < 2:
            raise ValueError("batch_size must be at least 2: negatives come from the same batch")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Builds a config from `dataclasses.asdict`'s output, also after a trip through JSON.

        Raises:
            TypeError: a field is unknown.
        """
        return cls(**values)
