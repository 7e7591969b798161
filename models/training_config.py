"""How a network is trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
"""Keras's names of dtype policies; see docs/training.md."""


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """The recipe; the defaults are the papers' where they state one.

    Attributes:
        objective: a name of `models.losses.objectives.OBJECTIVES`.
        background_sounds: so many of silence and noise join each batch as negatives.
        batch_size: examples an optimiser step, of all devices together.
        accumulation_steps: the batch is taken in so many parts one after the other, on each device,
            and their gradients are averaged: a large batch in little memory. Pairs are made, and
            batch normalisation is done, within each part.
        steps: optimiser steps; learning rate and weight decay count the same.
        steps_per_epoch: steps between two validations.
        learning_rate: of Adam, at the start.
        learning_rate_decay: factor every `decay_epochs` epochs, or `cosine` to fall to zero.
        decay_epochs: epochs between two decays.
        weight_decay: decoupled, as in AdamW.
        shuffle_buffer: examples to shuffle over.
        precision: of the towers: float32, mixed_bfloat16, or mixed_float16 with loss scaling.
            Weights, similarities, losses, metrics and the exported model are float32.
        patience: stop after so many epochs without a better validation AVC accuracy; 0: never.
        restore_best: export the weights of the epoch with the best validation AVC accuracy instead
            of the last ones.
        checkpoint_steps: steps between two checkpoints; 0: every five minutes.
        seed: of weights, augmentation and order.
    """

    objective: str = "all_pairs"
    background_sounds: int = 0
    batch_size: int = 2048
    accumulation_steps: int = 1
    steps: int = 100_000
    steps_per_epoch: int = 1000
    learning_rate: float = 1e-4
    learning_rate_decay: float | str = 0.94
    decay_epochs: int = 16
    weight_decay: float = 1e-5
    shuffle_buffer: int = 10_000
    precision: str = "float32"
    patience: int = 0
    restore_best: bool = False
    checkpoint_steps: int = 0
    seed: int = 0

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        positive = ("batch_size", "accumulation_steps", "steps", "steps_per_epoch")
        for name in (*positive, "shuffle_buffer"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("background_sounds", "patience", "checkpoint_steps"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative: {getattr(self, name)}")
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision must be one of {PRECISIONS}, not {self.precision!r}")
        self.part_size(1)

    def part_size(self, devices: int) -> int:
        """Examples that a device takes at once: a batch is split by devices and accumulation.

        Raises:
            ValueError: the batch can't be split so.
        """
        parts = devices * self.accumulation_steps
        if self.batch_size % parts:
            raise ValueError(
                f"batch_size {self.batch_size} must be a multiple of devices x accumulation_steps, "
                f"{devices} x {self.accumulation_steps}"
            )
        size = self.batch_size // parts
        if size < 2:
            raise ValueError(
                "batch_size must be at least 2 for each device and accumulation step: negatives "
                f"come from the same part; it is {self.batch_size} for {parts}"
            )
        return size

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Builds a config from `dataclasses.asdict`'s output, also after a trip through JSON.

        Raises:
            TypeError: a field is unknown.
        """
        return cls(**values)
