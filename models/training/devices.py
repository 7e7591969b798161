"""What a training computes on, and in which precision."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork


def device_strategy() -> tf.distribute.Strategy:
    """All visible GPUs, each with its own part of a batch; or the one there is; or the CPU."""
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


@contextlib.contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Layers made inside compute by this policy (Keras API: `keras.config.set_dtype_policy`)."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def copy_weights(source: AvcNetwork, target: AvcNetwork) -> None:
    """Gives a network the weights of another with the same configuration."""
    for to, variable in zip(target.weights, source.weights, strict=True):
        to.assign(keras.ops.convert_to_numpy(variable))
