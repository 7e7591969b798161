"""Floating-point operations of a training step, by formula from the layers."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import keras

_COUNTED = (keras.layers.Conv2D, keras.layers.Dense)


def training_flops_per_pair(network: keras.Model) -> float:
    """Operations per example (one frame and its sound), forward and backward.

    Counted are the convolutions and the fully connected layers, a multiplication and an addition
    each as one operation, as often as the network's `call` uses them: once forward and twice
    backward (by weights and by inputs), but once for the layers on pixels and spectrograms, whose
    inputs need no gradient. Left out are, as usual, normalisation, activations, pooling, the Fourier
    transform and the comparison with the batch's other examples (it grows with the batch: for
    AVOL-Net at 256 examples 0.1 % of the whole).

    Args:
        network: an AvcNetwork with its weights made.
    """
    config = network.config
    inputs = {
        "image": keras.KerasTensor((1, *config.image_shape), "uint8"),
        "audio": keras.KerasTensor((1, config.sample_rate), "int16"),
        "group": keras.KerasTensor((1,), "int32"),
    }
    calls: list[tuple[keras.layers.Layer, tuple[int, ...]]] = []
    with _recorded(network, calls):
        network(inputs, training=True)  # on shapes only
    first = (network.image_tower.layers[0], network.audio_tower.layers[0])
    return sum(
        _forward_flops(layer, shape) * (2 if any(layer is one for one in first) else 3)
        for layer, shape in calls
    )


@contextlib.contextmanager
def _recorded(network: keras.Model, calls: list) -> Iterator[None]:
    """Notes each use of a counted layer and the shape of its input."""
    layers = [layer for layer in network._flatten_layers() if isinstance(layer, _COUNTED)]

    def recording(layer, call):
        def recorded_call(inputs, *args, **kwargs):
            calls.append((layer, tuple(inputs.shape)))
            return call(inputs, *args, **kwargs)

        return recorded_call

    for layer in layers:
        layer.call = recording(layer, layer.call)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # the class's own again


def _forward_flops(layer: keras.layers.Layer, input_shape: tuple[int, ...]) -> float:
    """2 x weights of the kernel x places (and examples) where it is applied."""
    places = math.prod(layer.compute_output_shape(input_shape)[:-1])
    return 2.0 * math.prod(layer.kernel.shape) * places
