"""Bands of frequency as the ear tells them apart."""

from __future__ import annotations

import numpy as np


def mel_filters(bands: int, fft: int, sample_rate: int) -> np.ndarray:
    """Makes the weights by which the bins of a Fourier transform are averaged in bands.

    Triangles whose centres are evenly spaced on the mel scale (O'Shaughnessy, "Speech
    Communication": 2595 log10(1 + Hz / 700)) between the first bin above 0 and half the sample
    rate. A triangle is at least one bin wide on either side, so that no band is empty.

    Args:
        bands: number of bands.
        fft: length of the transform, in samples.
        sample_rate: samples a second.

    Returns:
        float32[fft / 2 + 1, bands]; the weights of each band add up to 1.
    """
    width = sample_rate / fft  # of a bin, Hz
    edges = _hertz(np.linspace(_mel(width), _mel(sample_rate / 2), bands + 2))
    gaps = np.maximum(np.diff(edges), width)  # [bands + 1]
    away = np.arange(fft // 2 + 1)[:, None] * width - edges[1:-1]  # Hz, [bins, bands]
    weights = np.maximum(np.minimum(1 + away / gaps[:-1], 1 - away / gaps[1:]), 0)
    return (weights / weights.sum(axis=0)).astype(np.float32)


def _mel(hertz: float) -> float:
    return 2595 * np.log10(1 + hertz / 700)


def _hertz(mel: np.ndarray) -> np.ndarray:
    return 700 * (10 ** (mel / 2595) - 1)
