"""The convolution tower of both modalities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from objects_that_sound.models.layers.batch_normalization import BatchNormalization


def convolution_tower(
    filters: Sequence[int],
    first_stride: int,
    batch_norm_momentum: float,
    name: str,
    dtype: keras.DTypePolicy | None = None,
) -> keras.Sequential:
    """Builds the VGG-like tower of "Objects that Sound", figure 2: conv1_1 to conv4_2.

    Blocks of two 3x3 convolutions, each with batch normalisation and ReLU; 2x2 max-pooling between
    blocks. [batch, height, width, channels] becomes [batch, height/s/8, width/s/8, filters[-1]]
    for four blocks and a first stride of s.

    Args:
        filters: channels of each block.
        first_stride: stride of conv1_1 (2 in "Objects that Sound", 1 in L3-Net).
        batch_norm_momentum: of the moving statistics.
        name: of the tower.
        dtype: policy of its layers; None: Keras's global one.
    """
    tower = keras.Sequential(name=name)  # of the global policy, which only its layers follow
    for block, channels in enumerate(filters, 1):
        if block > 1:
            tower.add(keras.layers.MaxPooling2D(2, dtype=dtype, name=f"pool{block - 1}"))
        for layer in (1, 2):
            stride = first_stride if (block, layer) == (1, 1) else 1
            tower.add(
                keras.layers.Conv2D(
                    channels,
                    3,
                    strides=stride,
                    padding="same",
                    dtype=dtype,
                    name=f"conv{block}_{layer}",
                )
            )
            tower.add(
                BatchNormalization(
                    momentum=batch_norm_momentum, dtype=dtype, name=f"conv{block}_{layer}_bn"
                )
            )
            tower.add(keras.layers.ReLU(dtype=dtype, name=f"conv{block}_{layer}_relu"))
    return tower


def total_stride(tower: keras.Sequential) -> int:
    """Pixels from one place of a tower's map to the next."""
    return math.prod(layer.strides[0] for layer in tower.layers if hasattr(layer, "strides"))
