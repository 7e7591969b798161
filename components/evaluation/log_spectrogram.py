"""Log-spectrograms of stored sounds, for pictures and baselines, by the networks' own layer."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from objects_that_sound.models.layers.log_spectrogram import LogSpectrogram

_WINDOW_SECONDS = 0.010
_HOP_SECONDS = 0.005


def log_spectrogram(pcm: bytes) -> np.ndarray:
    """Computes the log-magnitude spectrogram of one second of sound.

    Windows of 10 ms every 5 ms, as in "Objects that Sound" (section 3.1).

    Args:
        pcm: int16 little-endian mono samples of exactly one second, at any rate.

    Returns:
        float32[frequencies, frames], about -1.3 (silence) to 1; frequencies ascend.
    """
    samples = np.frombuffer(pcm, "<i2")  # [samples]
    return np.asarray(_layer(len(samples))(samples[None]))[0, :, :, 0]


@functools.cache
def _layer(sample_rate: int) -> Callable[[np.ndarray], tf.Tensor]:
    window = max(round(sample_rate * _WINDOW_SECONDS), 2)
    hop = max(round(sample_rate * _HOP_SECONDS), 1)
    # As a graph: sounds come one by one, and a layer's own call costs ten times its work.
    return tf.function(LogSpectrogram(window, hop, fft=1 << (window - 1).bit_length()))
