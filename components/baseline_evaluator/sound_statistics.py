"""Global statistics of a sound: how loud it is, and how its power is spread over frequencies."""

from __future__ import annotations

import functools

import numpy as np

NUM_STATISTICS = 35
_PIECES = 50
"""Loudness is measured in as many pieces of a second."""
_BANDS = 24
_LOWEST_HZ = 50.0
_FLOOR = 1e-8
"""Power of -80 dBFS: digital silence and the noise of codecs are the same."""


def sound_statistics(pcm: bytes) -> np.ndarray:
    """Computes loudness and mean spectrum of a sound.

    Args:
        pcm: int16 little-endian mono samples of exactly one second, at any rate.

    Returns:
        float32[35]: of the loudness in dB of pieces of 20 ms, mean, deviation, extremes, three
        quantiles and the mean change from one to the next; the share of samples where the sign
        changes; centre and width of the spectrum on a logarithmic scale; and the power in dB in 24
        bands of the same width on that scale, from 50 Hz to half the rate.
    """
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)  # [samples]
    rate = len(samples)  # of one second
    pieces = samples[: rate // _PIECES * _PIECES].reshape(_PIECES, -1)
    loudness = _decibel((pieces**2).mean(1))
    window, octave, band, heard = _scale(rate)
    power = np.abs(np.fft.rfft(samples * window)) ** 2 * (16 / 3) / rate**2
    weights = power[heard] + 1e-12
    centre = np.average(octave, weights=weights)
    spread = np.sqrt(np.average((octave - centre) ** 2, weights=weights))
    return np.concatenate(
        [
            [loudness.mean(), loudness.std(), loudness.min(), loudness.max()],
            np.quantile(loudness, (0.1, 0.5, 0.9)),
            [np.abs(np.diff(loudness)).mean()],
            [np.mean(np.signbit(samples[1:]) != np.signbit(samples[:-1])), centre, spread],
            _decibel(np.bincount(band, power[heard], _BANDS)),
        ]
    ).astype(np.float32)


@functools.lru_cache(4)
def _scale(rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A window; of the frequencies that count their octave and band; and which those are."""
    hertz = np.arange(rate // 2 + 1)  # of one second: a bin a hertz
    octave = np.log2(np.maximum(hertz, 1) / _LOWEST_HZ)
    band = (octave / np.log2(rate / 2 / _LOWEST_HZ) * _BANDS).astype(int)
    heard = (hertz >= _LOWEST_HZ) & (band < _BANDS)
    return np.hanning(rate).astype(np.float32), octave[heard], band[heard], heard


def _decibel(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(power + _FLOOR)
