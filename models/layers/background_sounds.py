"""Sounds that nothing in any picture makes."""

from __future__ import annotations

import math

import keras
from keras import ops

from objects_that_sound.models.layers.random_layer import RandomLayer

_LOWEST_DBFS, _HIGHEST_DBFS = -90.0, -6.0


@keras.saving.register_keras_serializable("objects_that_sound")
class BackgroundSounds(RandomLayer):
    """Appends silence and noise to the sounds of a batch, in training only.

    As negatives of every frame of the batch they teach a network to go dark where nothing that is
    seen sounds (not in the papers, whose networks see matching and mismatched recordings only).
    The first one is digital silence; the others are Gaussian noise with a spectrum from white to
    brown (the power falls with the frequency's power of 0 to 2) at levels from -90 to -6 dBFS.

    Args:
        count: how many are appended.
        seed: of the random numbers.
    """

    def __init__(self, count: int, seed: int | None = None, **kwargs):
        super().__init__(seed, **kwargs)
        self.count = count

    def call(self, waveform, training: bool = False):
        """Maps [batch, samples], int16 or float in -1..1, to [batch + count, samples].

        In inference the batch stays as it is.
        """
        if not training or not self.count:
            return waveform
        noise = self.noise(ops.shape(waveform)[1])
        if keras.backend.standardize_dtype(waveform.dtype) == "int16":
            noise = ops.cast(ops.round(noise * 32767.0), "int16")
        return ops.concatenate([waveform, ops.cast(noise, waveform.dtype)], axis=0)

    def noise(self, samples: int):
        """Silence and noise, float32 in -1..1, [count, samples]."""
        seed = self.seed_generator
        white = keras.random.normal((self.count, samples), seed=seed)
        real, imaginary = ops.rfft(white)  # both [count, samples // 2 + 1]
        slope = keras.random.uniform((self.count, 1), 0.0, 1.0, seed=seed)  # of the amplitude
        frequency = ops.maximum(ops.arange(samples // 2 + 1, dtype="float32"), 1.0)
        gain = ops.exp(-slope * ops.log(frequency))  # [count, samples // 2 + 1]
        coloured = ops.irfft((real * gain, imaginary * gain), fft_length=samples)
        deviation = ops.std(coloured, axis=1, keepdims=True) + 1e-9
        level = keras.random.uniform((self.count, 1), _LOWEST_DBFS, _HIGHEST_DBFS, seed=seed)
        loudness = ops.exp(level * (math.log(10) / 20))  # [count, 1]
        sounding = ops.cast(ops.arange(self.count) > 0, "float32")[:, None]
        return ops.clip(coloured / deviation * loudness * sounding, -1.0, 1.0)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"count": self.count}
