"""A running mean of a network's weights."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.training.variables import read_variables, write_variables

_STEPS = 10
"""The mean is of about the last tenth of a training up to now."""


class WeightAverage:
    """Follows the weights of a network, and takes their place where they are judged.

    The weights of single steps are noisy while the learning rate is high; their mean is as good as
    those that a low rate would lead to (Polyak and Juditsky, "Acceleration of Stochastic
    Approximation by Averaging", 1992). Step n weighs 10 / (n + 10) in it, so that there is no
    constant to choose: the longer a training has been, the longer is the mean. The moving
    statistics of batch normalisation are averaged alike.

    Args:
        network: built, in the scope of the strategy.
        strategy: of `device_strategy`.
    """

    def __init__(self, network: AvcNetwork, strategy: tf.distribute.Strategy):
        self._weights = network.weights
        with strategy.scope():
            self.variables = [
                keras.Variable(value, trainable=False, name="average")
                for value in read_variables(self._weights)
            ]
        self._follow = tf.function(self._follow_weights, autograph=False)

    def update(self, step: int) -> None:
        """Takes the weights after step `step` (from 1) into the mean."""
        self._follow(tf.constant(_STEPS / (step + _STEPS), tf.float32))

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """The network has the mean for weights inside, and its own again afterwards."""
        own = read_variables(self._weights)
        self.put()
        try:
            yield
        finally:
            write_variables(self._weights, own)

    def put(self) -> None:
        """Gives the network the mean for good."""
        write_variables(self._weights, read_variables(self.variables))

    def _follow_weights(self, share: tf.Tensor) -> None:
        for average, weight in zip(self.variables, self._weights, strict=True):
            average.assign(average + (weight - average) * share)
