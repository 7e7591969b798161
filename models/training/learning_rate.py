"""The learning rate over the steps."""

from __future__ import annotations

import keras

from objects_that_sound.models.training_config import TrainingConfig


def learning_rate(config: TrainingConfig) -> keras.optimizers.schedules.LearningRateSchedule:
    """The papers' steps ("Objects that Sound", section 3.4), or a cosine to zero.

    It counts optimiser steps, whatever `accumulation_steps` is.
    """
    if config.learning_rate_decay == "cosine":
        return keras.optimizers.schedules.CosineDecay(
            0.0,
            decay_steps=config.steps,
            warmup_target=config.learning_rate,
            warmup_steps=max(config.steps // 20, 1),
        )
    return keras.optimizers.schedules.ExponentialDecay(
        config.learning_rate,
        decay_steps=config.decay_epochs * config.steps_per_epoch,
        decay_rate=config.learning_rate_decay,
        staircase=True,
    )
