"""Batch normalisation of feature maps with its gradient in closed form."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import ops


@keras.saving.register_keras_serializable("objects_that_sound")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's layer over the last axis, with fewer passes over the feature maps in training.

    Keras leaves the gradient through mean and variance to the backend, which without XLA goes over
    the maps once for each of its terms. One formula instead (Ioffe and Szegedy, 2015, section 3)
    saves CPU time of a training step: 4 % of AVE-Net's at full size with batches of 8 or 16, and 8 %
    of the preset demo's. Weights, inference and, up to rounding, results are Keras's.
    """

    def call(self, inputs, training: bool = False, mask=None):
        """Maps [..., channels] to the same shape."""
        if not (training and self.trainable):
            return super().call(inputs, training=False, mask=mask)
        inputs = ops.cast(inputs, "float32")  # the variance of 16-bit floats would overflow
        axes = tuple(range(len(inputs.shape) - 1))
        mean, variance = ops.moments(ops.stop_gradient(inputs), axes)  # [channels]
        # Copies, since custom gradients take no variables.
        outputs = _normaliser(self.epsilon)(
            inputs, mean, variance, ops.copy(self.gamma), ops.copy(self.beta)
        )
        self._follow(self.moving_mean, mean)
        self._follow(self.moving_variance, variance)
        return ops.cast(outputs, self.compute_dtype)

    def _follow(self, moving: keras.Variable, value) -> None:
        moving.assign(moving * self.momentum + value * (1.0 - self.momentum))


def _normaliser(epsilon: float) -> Callable:
    """A function of maps [..., channels] and their mean, variance, gamma and beta [channels].

    Its gradient by the maps includes the way through mean and variance.
    """

    @ops.custom_gradient
    def normalise(inputs, mean, variance, gamma, beta):
        inverse = ops.rsqrt(variance + epsilon)  # [channels]
        scale = gamma * inverse

        def gradient(*args, upstream=None):  # how it is called depends on the backend
            upstream = args[0] if upstream is None else upstream
            axes = tuple(range(len(inputs.shape) - 1))
            beta_gradient = ops.sum(upstream, axes)  # [channels]
            gamma_gradient = inverse * (ops.sum(upstream * inputs, axes) - mean * beta_gradient)
            count = ops.cast(ops.size(inputs), "float32") / inputs.shape[-1]
            # scale * (upstream - (beta_gradient + normalised * gamma_gradient) / count), with
            # everything that is of channels alone computed first.
            slope = -scale * inverse * gamma_gradient / count
            offset = -scale * beta_gradient / count - slope * mean
            by_inputs = upstream * scale + (inputs * slope + offset)
            none = ops.zeros_like(mean)
            return by_inputs, none, none, gamma_gradient, beta_gradient

        return inputs * scale + (beta - mean * scale), gradient

    return normalise
