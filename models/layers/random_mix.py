"""Other sounds in the background."""

from __future__ import annotations

import math

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer
from objects_that_sound.models.layers.waveforms import float_waveforms

_LOWEST_DB, _HIGHEST_DB = -20.0, -3.0


@keras.saving.register_keras_serializable("objects_that_sound")
class RandomMix(RandomLayer):
    """Adds another sound of the batch to some of its sounds, in training only.

    What else is heard in a recording says nothing of the object that sounds: a network that sees
    few recordings learns them by their background otherwise. The other sound is 3 to 20 dB below
    the first, which stays what is mainly heard (Zhang et al., "mixup", 2018, without its mixed
    target; Tokozume et al., "Between-Class Learning", 2018, for levels in decibels). It is that of
    the example before, which is any other one, since batches are in random order.

    Args:
        share: of the sounds that get another one.
        seed: of the random numbers.
    """

    def __init__(self, share: float, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.share = share

    def call(self, waveform, training: bool = False):
        """Maps [batch, samples], int16 or float in -1..1, to float in -1..1.

        In inference, and if no sound gets another one, the batch stays as it is.
        """
        if not training or not self.share:
            return waveform
        waveform = float_waveforms(waveform)
        other = ops.roll(waveform, 1, axis=0)
        shape = (ops.shape(waveform)[0], 1)
        seed = self.seed_generator
        level = keras.random.uniform(shape, _LOWEST_DB, _HIGHEST_DB, seed=seed)
        chosen = ops.cast(keras.random.uniform(shape, seed=seed) < self.share, "float32")
        gain = chosen * ops.exp(level * (math.log(10) / 20)) * _rms(waveform) / _rms(other)
        mixed = waveform + other * gain  # [batch, samples]
        return mixed / ops.maximum(ops.max(ops.abs(mixed), axis=1, keepdims=True), 1.0)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"share": self.share}


def _rms(waveform):
    """Root mean square, [batch, 1]; that of digital silence is a bit of 16, so that it stays so."""
    return ops.sqrt(ops.mean(ops.square(waveform), axis=1, keepdims=True) + 2.0**-30)
