"""The log-spectrogram: the one place where sound becomes a picture, in training and in serving."""

from __future__ import annotations

import keras
from keras import ops

from objects_that_sound.models.layers.mel_filters import mel_filters
from objects_that_sound.models.layers.waveforms import float_waveforms

_FLOOR = 1e-4  # about -80 dBFS: digital silence and codec noise look the same
_LEAST_DEVIATION = 0.06  # of the logarithms over 4: a hum that never changes stays nearly flat


@keras.saving.register_keras_serializable("objects_that_sound")
class LogSpectrogram(keras.layers.Layer):
    """Turns int16 or float waveforms into log-magnitude spectrograms.

    "Look, Listen and Learn", section 3: 1 s at 48 kHz, window 10 ms, half overlapping, 257
    frequency bands. The end is padded by zeros to get samples / hop frames (200, not 199).

    Args:
        window: length of the Hann window, in samples.
        hop: distance of successive windows, in samples.
        fft: length of the Fourier transform, in samples; at least `window`.
        sample_rate: samples a second, which the bands need.
        mel_bands: number of bands, evenly spaced on the mel scale, that frequencies are averaged
            in; 0: all frequencies as they are. Not in the papers.
        normalise: whether each spectrogram gets mean 0 and deviation 1, so that only its form
            counts and not its loudness. Not in the papers.
    """

    def __init__(
        self,
        window: int,
        hop: int,
        fft: int,
        sample_rate: int = 48000,
        mel_bands: int = 0,
        normalise: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 < hop <= window <= fft:
            raise ValueError(f"Need 0 < hop <= window <= fft, got {hop=}, {window=}, {fft=}")
        self.window, self.hop, self.fft = window, hop, fft
        self.sample_rate, self.mel_bands, self.normalise = sample_rate, mel_bands, normalise
        self._to_bands = mel_filters(mel_bands, fft, sample_rate) if mel_bands else None

    def call(self, waveform):
        """Maps [batch, samples] int16, or float in -1..1, to [batch, bands, samples/hop, 1].

        There are `mel_bands` bands, or fft / 2 + 1.
        """
        waveform = float_waveforms(waveform)
        # `ops.stft` centres a window shorter than the transform in frames as long as the transform.
        before = (self.fft - self.window) // 2
        waveform = ops.pad(
            ops.cast(waveform, "float32"), [[0, 0], [before, self.fft - before - self.hop]]
        )
        real, imaginary = ops.stft(
            waveform, self.window, self.hop, self.fft, window="hann", center=False
        )  # [batch, frames, bins]
        # A full-scale sine has magnitude window / 4 under a Hann window.
        power = real**2 + imaginary**2
        if self._to_bands is not None:
            power = ops.matmul(power, self._to_bands)  # [batch, frames, bands]
        magnitude = ops.sqrt(power + 1e-12) * (4.0 / self.window)
        # Fixed scaling to about -1..1: silence -1.3, full scale 1.
        spectrogram = ops.log(magnitude + _FLOOR) / 4.0 + 1.0
        if self.normalise:
            mean, variance = ops.moments(spectrogram, axes=(1, 2), keepdims=True)
            spectrogram = (spectrogram - mean) / (ops.sqrt(variance + 1e-12) + _LEAST_DEVIATION)
        spectrogram = ops.transpose(spectrogram, [0, 2, 1])  # [batch, bands, frames]
        return ops.cast(spectrogram[..., None], self.compute_dtype)  # [batch, bands, frames, 1]

    def compute_output_shape(self, input_shape):
        """Shape of the spectrogram for a waveform of `input_shape`."""
        frames = None if input_shape[1] is None else input_shape[1] // self.hop
        return (input_shape[0], self.mel_bands or self.fft // 2 + 1, frames, 1)

    def get_config(self):
        """The arguments to build this layer again."""
        return super().get_config() | {
            "window": self.window,
            "hop": self.hop,
            "fft": self.fft,
            "sample_rate": self.sample_rate,
            "mel_bands": self.mel_bands,
            "normalise": self.normalise,
        }
