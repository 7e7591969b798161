"""What each device of a training keeps by itself, made that of all devices."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf


class SharedStatistics:
    """Replaces the moving statistics of batch normalisation by their mean over all devices.

    Each device follows the statistics of its own part of the batches. They are means that move
    linearly, so that their mean over the devices is the same however often it is taken.

    Args:
        network: in training.
        strategy: that it was made in.
        more: variables, such as a running mean of weights, that follow them.
    """

    def __init__(
        self,
        network: keras.Model,
        strategy: tf.distribute.Strategy,
        more: Sequence[keras.Variable] = (),
    ):
        variables = [*network.non_trainable_variables, *more]
        self._variables = [one for one in variables if "float" in one.dtype]  # no random seeds
        self._alone = strategy.num_replicas_in_sync == 1
        self._on_devices = tf.function(lambda: strategy.run(self._take_means), autograph=False)

    def update(self) -> None:
        """Takes the means, which all workers must do at once; for what reads them next."""
        if not self._alone and self._variables:
            self._on_devices()

    def _take_means(self) -> None:
        # Copies, for what is read from a variable has no device, which the exchange asks for.
        own = [tf.identity(variable.value) for variable in self._variables]
        context = tf.distribute.get_replica_context()
        means = context.all_reduce(tf.distribute.ReduceOp.MEAN, own)
        for variable, mean in zip(self._variables, means, strict=True):
            variable.assign(mean)
