"""Log-spectrograms for pictures and baselines (the networks' own is a layer in `models`)."""

from __future__ import annotations

import numpy as np
from scipy import signal

_WINDOW_SECONDS = 0.010
_HOP_SECONDS = 0.005


def log_spectrogram(pcm: bytes) -> np.ndarray:
    """Computes the log-magnitude spectrogram of one second of sound.

    Windows of 10 ms every 5 ms, as in "Objects that Sound" (section 3.1).

    Args:
        pcm: int16 little-endian mono samples of exactly one second, at any rate.

    Returns:
        float32[frequencies, frames], natural logarithm of the magnitude; frequencies ascend.
    """
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768.0
    window = max(int(len(samples) * _WINDOW_SECONDS), 2)
    hop = max(int(len(samples) * _HOP_SECONDS), 1)
    _, _, magnitude = signal.spectrogram(
        samples,
        window="hann",
        nperseg=window,
        noverlap=window - hop,
        nfft=1 << (window - 1).bit_length(),
        mode="magnitude",
    )
    return np.log(magnitude + 1e-6).astype(np.float32)
