"""A training step of the preset `real`, ready to be called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from objects_that_sound.models.augmentation import AUGMENTATIONS
from objects_that_sound.models.input_pipeline import training_batches
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.factory import build_trainable_network
from objects_that_sound.models.training.train_step import TrainStep
from objects_that_sound.tfx_pipeline.presets.real import real


class RealStep(NamedTuple):
    """A step and what it works on.

    Attributes:
        network: of the preset, compiled with its optimiser.
        step: of the training.
        batches: of examples, without end.
    """

    network: AvcNetwork
    step: TrainStep
    batches: Iterator[dict[str, tf.Tensor]]


def real_step(files: Sequence[str]) -> RealStep:
    """Builds the network, its step and its input.

    Args:
        files: TFRecords of examples.
    """
    preset = real()
    config = preset.training
    network = build_trainable_network(preset.network, config)
    network.compile(keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay))
    network.optimizer.build(network.trainable_variables)
    batches = training_batches(
        files,
        preset.network,
        config.batch_size,
        128,  # examples to shuffle among
        config.seed,
        least_area=AUGMENTATIONS[config.augmentation].least_area,
    )
    return RealStep(network, TrainStep(network, tf.distribute.get_strategy()), iter(batches))
