"""The classical baseline: statistics of mel-frequency cepstral coefficients."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from scipy.signal import savgol_filter

SAMPLE_RATE = 44100

_WINDOW = 1024
_HOP = 512
_MEL_BANDS = 40
_LOWEST_HZ = 20.0
_COEFFICIENTS = 20
_RANGE = 1e-6  # 60 dB below the loudest: silence between sounds must not outweigh them
_DELTA_FRAMES = 9


def mfcc_statistics(samples: np.ndarray) -> np.ndarray:
    """Describes a clip by 20 coefficients, their changes and the changes' changes.

    Args:
        samples: int16[n] at SAMPLE_RATE.

    Returns:
        float32[160]: mean, deviation, extremes and median of the coefficients, mean and deviation
        of their first, deviation of their second differences.
    """
    shortest = _WINDOW + _DELTA_FRAMES * _HOP
    samples = np.pad(samples, (0, max(0, shortest - len(samples))))
    spectrum = tf.signal.stft(samples.astype(np.float32) / 32768.0, _WINDOW, _HOP)
    bands = tf.square(tf.abs(spectrum)) @ _mel_matrix()  # [frames, bands]
    floor = tf.maximum(tf.reduce_max(bands) * _RANGE, 1e-10)
    cepstrum = tf.signal.mfccs_from_log_mel_spectrograms(tf.math.log(tf.maximum(bands, floor)))
    coefficients = cepstrum[:, :_COEFFICIENTS].numpy()  # [frames, coefficients]
    first, second = (
        savgol_filter(coefficients, _DELTA_FRAMES, 2, deriv=order, axis=0) for order in (1, 2)
    )
    statistics = [
        coefficients.mean(0),
        coefficients.std(0),
        coefficients.min(0),
        coefficients.max(0),
        np.median(coefficients, 0),
        first.mean(0),
        first.std(0),
        second.std(0),
    ]
    return np.concatenate(statistics).astype(np.float32)


def _mel_matrix() -> tf.Tensor:
    return tf.signal.linear_to_mel_weight_matrix(
        _MEL_BANDS, _WINDOW // 2 + 1, SAMPLE_RATE, _LOWEST_HZ, SAMPLE_RATE / 2
    )
