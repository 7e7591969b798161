"""Spectra as other microphones and rooms would colour them."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer

_WAVES = 4  # half periods of the finest curve over all bands


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomEqualizer(RandomLayer):
    """Raises and lowers the bands of each spectrogram by a smooth random curve, in training only.

    A recording's microphone, room and codec colour all of its sounds alike, and a network that sees
    few recordings learns them by that colour otherwise. As FilterAugment (Nam et al., ICASSP 2022,
    section 2), but the curve is a sum of cosines, of which finer ones are lower.

    Args:
        strength: deviation of the slowest cosine's height, as a share of the deviation of the
            spectrogram's values.
        seed: of the random numbers.
    """

    def __init__(self, strength: float, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.strength = strength

    def call(self, spectrogram, training: bool = False):
        """Maps [batch, bands, frames, 1] to the same shape."""
        if not training or not self.strength:
            return spectrogram
        batch, bands = ops.shape(spectrogram)[0], spectrogram.shape[1]
        waves = np.arange(1, _WAVES + 1)[:, None]
        curves = np.cos(np.pi * waves * (np.arange(bands) + 0.5) / bands)  # [waves, bands]
        curves = (self.strength * curves / np.sqrt(waves)).astype(np.float32)
        heights = keras.random.normal((batch, _WAVES), seed=self.seed_generator)
        curve = ops.matmul(heights, curves)[:, :, None, None]  # [batch, bands, 1, 1]
        deviation = ops.std(spectrogram, axis=(1, 2, 3), keepdims=True)
        return spectrogram + ops.cast(curve, spectrogram.dtype) * deviation

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"strength": self.strength}
