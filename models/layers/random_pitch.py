"""Sounds a little higher or lower."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomPitch(RandomLayer):
    """Shifts the bands of each spectrogram up or down, in training only.

    On a mel scale that is about what another size of the same kind of object does to its sound
    (Jaitly and Hinton, "Vocal Tract Length Perturbation", 2013, do it for voices). The last band is
    repeated at the edge.

    Args:
        share: greatest shift, as a share of all bands.
        seed: of the random numbers.
    """

    def __init__(self, share: float, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.share = share

    def call(self, spectrogram, training: bool = False):
        """Maps [batch, bands, frames, 1] to the same shape."""
        if not training or not self.share:
            return spectrogram
        batch, bands = ops.shape(spectrogram)[0], spectrogram.shape[1]
        most = self.share * bands
        shift = keras.random.uniform((batch, 1), -most, most, seed=self.seed_generator)
        sources = ops.arange(bands)[None] + ops.cast(ops.round(shift), "int32")
        sources = ops.clip(sources, 0, bands - 1)  # [batch, bands]
        return ops.take_along_axis(spectrogram, sources[:, :, None, None], axis=1)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"share": self.share}
