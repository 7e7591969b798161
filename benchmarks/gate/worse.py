"""Models made worse on purpose, each in one respect."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.signatures import ServingSignatures


class Worse(NamedTuple):
    """A way to spoil a trained network.

    Attributes:
        what: for people.
        refused_by: the evaluator that must refuse it; others may, too.
        spoil: changes the weights.
        signatures: perhaps spoilt ones.
    """

    what: str
    refused_by: str
    spoil: Callable[[AvcNetwork], None]
    signatures: type[ServingSignatures] = ServingSignatures


OVERFITTED_VIDEOS = 4
"""A network that was trained on so few knows them by heart, and AvcEvaluator must refuse it."""


def _shuffle_weights(network: AvcNetwork) -> None:
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        values = weight.numpy()
        weight.assign(random.permutation(values.ravel()).reshape(values.shape))


def _reverse_distances(network: AvcNetwork) -> None:
    """What was near is far: the images' vectors change sign."""
    head = network.pooled_head
    for weight in (head.second.kernel, head.second.bias, head.batch_norm.moving_mean):
        weight.assign(-weight)


def _constant_output(network: AvcNetwork) -> None:
    network.conv7.kernel.assign(tf.zeros_like(network.conv7.kernel))


def _nothing(network: AvcNetwork) -> None:
    pass


class _ShiftedMap(ServingSignatures):
    """Points beside it."""

    def localise(self, image: tf.Tensor, audio: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = super().localise(image, audio)
        half = tf.shape(outputs["heatmap"])[1:] // 2
        shifted = tf.roll(outputs["heatmap"], half, axis=[1, 2])
        return {**outputs, "heatmap": shifted}


WORSE = {
    "shuffled_weights": Worse("the entries of every weight permuted", "avc", _shuffle_weights),
    "reversed_distances": Worse(
        "the sign of the images' vectors changed", "retrieval", _reverse_distances
    ),
    "constant_output": Worse("every score the same", "avc", _constant_output),
    "shifted_map": Worse("the map shifted by half its size", "localisation", _nothing, _ShiftedMap),
}


@contextlib.contextmanager
def spoilt(network: AvcNetwork, worse: Worse) -> Iterator[AvcNetwork]:
    """The network spoilt, for a while."""
    good = [weight.numpy() for weight in network.weights]
    try:
        worse.spoil(network)
        yield network
    finally:
        for weight, values in zip(network.weights, good, strict=True):
            weight.assign(values)
