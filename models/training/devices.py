"""What a training computes on, and in which precision."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.workers import workers, workers_strategy


def device_strategy() -> tf.distribute.Strategy:
    """All visible GPUs, each with its own part of a batch; or the one there is; or the CPU.

    Where TF_CONFIG names several workers, those of all of them; then it must be called before
    TensorFlow computes anything, and waits for the others.

    Raises:
        ValueError: TF_CONFIG is broken.
        RuntimeError: TensorFlow has computed something before.
    """
    if workers().count > 1:
        return workers_strategy()
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


def gather(values: tf.Tensor) -> tf.Tensor:
    """Joins the values [batch, ...] of all devices to [devices * batch, ...], within a step.

    The gradient goes back to each device's own.
    """
    context = tf.distribute.get_replica_context()
    # What is gathered must be on the device; an input of the step is on none yet.
    joined = context.all_gather(tf.identity(values), axis=0)
    batch, *rest = values.shape
    return tf.ensure_shape(joined, [context.num_replicas_in_sync * batch, *rest])


def copy_weights(source: AvcNetwork, target: AvcNetwork) -> None:
    """Gives a network the weights of another with the same configuration."""
    for to, variable in zip(target.weights, source.weights, strict=True):
        to.assign(keras.ops.convert_to_numpy(variable))
