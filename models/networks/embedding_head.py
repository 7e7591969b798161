"""The two fully connected layers on top of a tower."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable("objects_that_sound")
class EmbeddingHead(keras.layers.Layer):
    """fc ReLU fc, then unit length ("Objects that Sound", section 3.1, figure 2).

    Works on the last axis: on a pooled vector, and on each place of a feature map, where it is
    AVOL-Net's pair of 1x1 convolutions conv5 and conv6 (section 4.1).

    Args:
        size: of both layers.
        batch_norm: normalise over the batch (without scale and centre) before unit length: ends the
            first plateau of training early; not in the papers.
        unit_length: divide by the Euclidean norm.
        batch_norm_momentum: of the moving statistics.
        names: of the two layers.
    """

    def __init__(
        self,
        size: int,
        batch_norm: bool,
        unit_length: bool = True,
        batch_norm_momentum: float = 0.99,
        names: tuple[str, str] = ("fc1", "fc2"),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self._arguments = {
            "size": size,
            "batch_norm": batch_norm,
            "unit_length": unit_length,
            "batch_norm_momentum": batch_norm_momentum,
            "names": names,
        }
        dtype = self.dtype_policy
        self.first = keras.layers.Dense(size, activation="relu", dtype=dtype, name=names[0])
        self.second = keras.layers.Dense(size, dtype=dtype, name=names[1])
        self.batch_norm = (
            keras.layers.BatchNormalization(
                momentum=batch_norm_momentum, scale=False, center=False, dtype=dtype, name="bn"
            )
            if batch_norm
            else None
        )
        self.unit_length = unit_length

    def build(self, input_shape):
        """Makes the weights for features [..., channels]."""
        self.first.build(input_shape)
        hidden = self.first.compute_output_shape(input_shape)
        self.second.build(hidden)
        if self.batch_norm is not None:
            self.batch_norm.build((None, hidden[-1]))  # of places as of vectors, see call
        self.built = True

    def call(self, features, training: bool = False):
        """Maps [..., channels] to [..., size]."""
        vectors = self.second(self.first(features))  # [..., size]
        if self.batch_norm is not None:
            shape = ops.shape(vectors)
            # Places count as examples: one layer for vectors and for maps.
            flat = ops.reshape(vectors, (-1, shape[-1]))  # [n, size]
            vectors = ops.reshape(self.batch_norm(flat, training=training), shape)
        if self.unit_length:
            vectors = ops.normalize(vectors, axis=-1)
        return vectors

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | self._arguments
