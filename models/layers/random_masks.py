"""Masks in spectrograms."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomMasks(RandomLayer):
    """Sets bands of frequency and spans of time of each spectrogram to 0, in training only.

    SpecAugment (Park et al., 2019, section 2) without its warping of time. In normalised
    spectrograms 0 is the mean.

    Args:
        count: number of masks in each of both directions.
        share: greatest share of a direction that one mask covers.
        seed: of the random numbers.
    """

    def __init__(self, count: int, share: float = 1 / 6, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.count, self.share = count, share

    def call(self, spectrogram, training: bool = False):
        """Maps [batch, bands, frames, 1] to the same shape."""
        if not training or not self.count:
            return spectrogram
        batch = ops.shape(spectrogram)[0]
        bands, frames = spectrogram.shape[1:3]
        by_band = self._kept(batch, bands)[:, :, None, None]
        by_frame = self._kept(batch, frames)[:, None, :, None]
        return spectrogram * ops.cast(by_band * by_frame, spectrogram.dtype)

    def _kept(self, batch, length: int):
        """1 outside of all masks and 0 inside, float32 [batch, length]."""
        seed = self.seed_generator
        width = keras.random.uniform((batch, self.count, 1), 0.0, self.share * length, seed=seed)
        start = keras.random.uniform((batch, self.count, 1), 0.0, 1.0, seed=seed) * (length - width)
        place = ops.arange(length, dtype="float32") + 0.5
        masked = ops.logical_and(place >= start, place < start + width)  # [batch, count, length]
        return 1.0 - ops.cast(ops.any(masked, axis=1), "float32")

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"count": self.count, "share": self.share}
