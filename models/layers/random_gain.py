"""Loudness augmentation."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer
from objects_that_sound.models.layers.waveforms import float_waveforms


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomGain(RandomLayer):
    """Multiplies every waveform of a batch by one random factor, in training only.

    "Look, Listen and Learn", section 3.1: "randomly changing the volume by up to 10 %".

    Args:
        range: the factor is uniform in 1 - range .. 1 + range.
        seed: of the random numbers.
    """

    def __init__(self, range: float = 0.1, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.range = range

    def call(self, waveform, training: bool = False):
        """Maps [batch, samples] int16 or float to float in -1..1."""
        waveform = float_waveforms(waveform)
        if not training:
            return waveform
        gain = keras.random.uniform(
            (ops.shape(waveform)[0], 1), 1 - self.range, 1 + self.range, seed=self.seed_generator
        )
        return waveform * gain

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"range": self.range}
