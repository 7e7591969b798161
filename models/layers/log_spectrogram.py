"""The log-spectrogram: the one place where sound becomes a picture, in training and in serving."""

from __future__ import annotations

import keras
from keras import ops

_FLOOR = 1e-4  # about -80 dBFS: digital silence and codec noise look the same


@keras.saving.register_keras_serializable("objects_that_sound")
class LogSpectrogram(keras.layers.Layer):
    """Turns int16 or float waveforms into log-magnitude spectrograms.

    "Look, Listen and Learn", section 3: 1 s at 48 kHz, window 10 ms, half overlapping, 257
    frequency bands. The end is padded by zeros to get samples / hop frames (200, not 199).

    Args:
        window: length of the Hann window, in samples.
        hop: distance of successive windows, in samples.
        fft: length of the Fourier transform, in samples; at least `window`.
    """

    def __init__(self, window: int, hop: int, fft: int, **kwargs):
        super().__init__(**kwargs)
        if not 0 < hop <= window <= fft:
            raise ValueError(f"Need 0 < hop <= window <= fft, got {hop=}, {window=}, {fft=}")
        self.window, self.hop, self.fft = window, hop, fft

    def call(self, waveform):
        """Maps [batch, samples] int16, or float in -1..1, to [batch, fft/2+1, samples/hop, 1]."""
        if keras.backend.standardize_dtype(waveform.dtype) == "int16":
            waveform = ops.cast(waveform, "float32") / 32768.0
        # `ops.stft` centres a window shorter than the transform in frames as long as the transform.
        before = (self.fft - self.window) // 2
        waveform = ops.pad(
            ops.cast(waveform, "float32"), [[0, 0], [before, self.fft - before - self.hop]]
        )
        real, imaginary = ops.stft(
            waveform, self.window, self.hop, self.fft, window="hann", center=False
        )  # [batch, frames, bins]
        # A full-scale sine has magnitude window / 4 under a Hann window.
        magnitude = ops.sqrt(real**2 + imaginary**2 + 1e-12) * (4.0 / self.window)
        # Fixed scaling to about -1..1: silence -1.3, full scale 1.
        spectrogram = ops.log(magnitude + _FLOOR) / 4.0 + 1.0
        spectrogram = ops.transpose(spectrogram, [0, 2, 1])  # [batch, bins, frames]
        return ops.cast(spectrogram[..., None], self.compute_dtype)  # [batch, bins, frames, 1]

    def compute_output_shape(self, input_shape):
        """Shape of the spectrogram for a waveform of `input_shape`."""
        frames = None if input_shape[1] is None else input_shape[1] // self.hop
        return (input_shape[0], self.fft // 2 + 1, frames, 1)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {"window": self.window, "hop": self.hop, "fft": self.fft}
