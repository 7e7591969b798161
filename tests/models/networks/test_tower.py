from __future__ import annotations

import keras
import pytest

from objects_that_sound.models.networks.tower import convolution_tower

FILTERS = (64, 128, 256, 512)

# Weights and bias of each convolution, then 4 a channel for its batch normalisation.
_CONVOLUTIONS = {
    "conv1_2": 36_928,
    "conv2_1": 73_856,
    "conv2_2": 147_584,
    "conv3_1": 295_168,
    "conv3_2": 590_080,
    "conv4_1": 1_180_160,
    "conv4_2": 2_359_808,
}
_CHANNELS = {"1": 64, "2": 128, "3": 256, "4": 512}


@pytest.mark.parametrize(
    ("input_shape", "conv1_1", "map_shape"),
    [
        ((None, 224, 224, 3), 1_792, (None, 14, 14, 512)),
        ((None, 224, 224, 75), 43_264, (None, 14, 14, 512)),  # 3 x 3 x 75 x 64 + 64
        ((None, 257, 200, 1), 640, (None, 16, 12, 512)),
    ],
    ids=["vision", "25 frames", "audio"],
)
def test_at_the_papers_size_every_layer_has_its_parameters(input_shape, conv1_1, map_shape):
    tower = convolution_tower(FILTERS, 2, 0.99, "tower")
    tower.build(input_shape)
    assert tower.compute_output_shape(input_shape) == map_shape
    counts = {layer.name: layer.count_params() for layer in tower.layers}
    convolutions = {"conv1_1": conv1_1} | _CONVOLUTIONS
    assert {name: counts[name] for name in convolutions} == convolutions
    norms = {f"{name}_bn": 4 * _CHANNELS[name[4]] for name in convolutions}
    assert {name: counts[name] for name in norms} == norms
    assert tower.count_params() == sum(convolutions.values()) + sum(norms.values())


def test_layers_come_in_the_papers_order():
    tower = convolution_tower((4, 8), 2, 0.99, "tower")
    assert [layer.name for layer in tower.layers] == [
        *("conv1_1", "conv1_1_bn", "conv1_1_relu", "conv1_2", "conv1_2_bn", "conv1_2_relu"),
        "pool1",
        *("conv2_1", "conv2_1_bn", "conv2_1_relu", "conv2_2", "conv2_2_bn", "conv2_2_relu"),
    ]


def test_the_first_stride_is_of_the_first_convolution_only():
    strided = convolution_tower((4, 8), 2, 0.99, "tower")
    plain = convolution_tower((4, 8), 1, 0.99, "tower")
    assert strided.compute_output_shape((1, 32, 32, 3)) == (1, 8, 8, 8)
    assert plain.compute_output_shape((1, 32, 32, 3)) == (1, 16, 16, 8)


def test_the_momentum_reaches_every_batch_normalisation():
    tower = convolution_tower((4, 8), 1, 0.7, "tower")
    norms = [layer for layer in tower.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert [layer.momentum for layer in norms] == [0.7] * 4
