"""How a network is trained."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt

from objects_that_sound.models.augmentation import AugmentationName
from objects_that_sound.models.declared import check_declared

ObjectiveName = Literal["split_pairs", "all_pairs", "contrastive"]
"""The names of `models.losses.objectives.OBJECTIVES`, which cannot be imported without Keras."""

Decay = Annotated[float, Gt(0)] | Literal["cosine", "plateau"]

_LEAST_EPOCH = 20
"""Steps: with very few examples, validations would take more time than training."""


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """The recipe; the defaults are the papers' where they state one."""

    objective: Annotated[ObjectiveName, "Objective of the training; see docs/trainer.md."] = (
        "all_pairs"
    )
    background_sounds: Annotated[
        int, "Number of sounds of silence and noise that join each batch as negatives.", Ge(0)
    ] = 0
    # Not in the papers; see docs/laboratory/sounds.md.
    sound_contrast: Annotated[
        float, "Weight of a contrast between each sound and itself in another variation.", Ge(0)
    ] = 0.0
    augmentation: Annotated[
        AugmentationName, "Variation of images and sounds; see docs/training.md."
    ] = "paper"
    batch_size: Annotated[
        int, "Number of examples of an optimiser step, on all devices together.", Ge(2)
    ] = 2048
    # Each part of a batch makes its pairs by itself, as the papers' GPUs do, or with those that the
    # other devices take at the same time.
    gather_embeddings: Annotated[
        bool, "Make pairs across all devices, instead of within the part of each device."
    ] = False
    # A large batch in little memory: the parts' gradients are averaged. Pairs are made, and batch
    # normalisation is done, within each part.
    accumulation_steps: Annotated[
        int, "Number of parts that each device takes a batch in, one after the other.", Ge(1)
    ] = 1
    steps: Annotated[
        int,
        "Maximum number of optimiser steps; learning rate and weight decay count the same. 0: as "
        "many as it takes.",
        Ge(0),
    ] = 100_000
    minutes: Annotated[
        float, "Maximum time of training, which the schedule is fitted to; 0: unbounded.", Ge(0)
    ] = 0.0
    steps_per_epoch: Annotated[
        int, "Steps between two validations; 0: as many as take each example once.", Ge(0)
    ] = 1000
    learning_rate: Annotated[float, "Learning rate of Adam at the start.", Gt(0)] = 1e-4
    learning_rate_decay: Annotated[
        Decay,
        "Factor of the learning rate every decay_epochs epochs; cosine: it falls to zero; plateau: "
        "it stays until validation becomes no better, and falls to zero then.",
    ] = 0.94
    decay_epochs: Annotated[int, "Epochs between two decays.", Ge(1)] = 16
    weight_decay: Annotated[float, "Decoupled weight decay, as in AdamW.", Ge(0)] = 1e-5
    shuffle_buffer: Annotated[int, "Number of examples to shuffle over.", Ge(1)] = 10_000
    # Keras's names of dtype policies; see docs/training.md. Weights, similarities, losses, metrics
    # and the exported model are float32 in any case.
    precision: Annotated[
        Literal["float32", "mixed_bfloat16", "mixed_float16"],
        "Precision of the towers; mixed_float16 with loss scaling.",
    ] = "float32"
    patience: Annotated[
        int,
        "Number of epochs without a better validation AVC accuracy after which training stops. 0: it "
        "never stops early, or, with learning_rate_decay=plateau, after three tenths of the epochs up "
        "to then, and at least five.",
        Ge(0),
    ] = 0
    restore_best: Annotated[
        bool,
        "Export the epoch with the best validation AVC accuracy instead of the last one; "
        "learning_rate_decay=plateau always does.",
    ] = False
    # Not in the papers; see docs/training.md.
    average_weights: Annotated[
        bool, "Validate and export a running mean of the weights instead of those of one step."
    ] = False
    calibrate: Annotated[
        bool, "Shift scores at the end so that 0.5 decides best on the split val."
    ] = False
    checkpoint_steps: Annotated[
        int, "Steps between two checkpoints; 0: five minutes instead.", Ge(0)
    ] = 0
    seed: Annotated[int, "Seed of weights, augmentation and order.", Ge(0)] = 0

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: names the field that cannot be.
        """
        check_declared(self)
        self.part_size(1)
        if self.steps or self.minutes or self.learning_rate_decay == "plateau":
            return
        if self.learning_rate_decay == "cosine" or not self.patience:
            raise ValueError(
                "steps is 0, so the training has no end: give steps or minutes, or "
                "learning_rate_decay=plateau, which finds the length"
            )

    @property
    def chooses_epoch(self) -> bool:
        """Whether validations decide about the result, which needs a split of its own."""
        return self.stops_early or self.exports_best or self.calibrate

    @property
    def stops_early(self) -> bool:
        """Whether validations decide how long to train."""
        return bool(self.patience) or self.learning_rate_decay == "plateau"

    @property
    def exports_best(self) -> bool:
        """Whether the weights of the best epoch are the result instead of the last ones."""
        return self.restore_best or self.learning_rate_decay == "plateau"

    def epoch_steps(self, examples: int | None) -> int:
        """Steps between two validations.

        Args:
            examples: number of them to train on, if it was counted.

        Raises:
            ValueError: it must be known, and is not.
        """
        if self.steps_per_epoch:
            return self.steps_per_epoch
        if examples is None:
            raise ValueError("steps_per_epoch is 0, which needs the number of examples")
        return max(math.ceil(examples / self.batch_size), _LEAST_EPOCH)

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
        if size < 2 and not (self.gather_embeddings and devices > 1):
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
