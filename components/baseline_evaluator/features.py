"""The features of the colour histogram baseline."""

from __future__ import annotations

import numpy as np
import simplejpeg

from objects_that_sound.components.evaluation.log_spectrogram import log_spectrogram

_BINS = 6
"""Per colour channel."""


def colour_histogram(image: bytes) -> np.ndarray:
    """Computes the joint RGB histogram of a frame.

    Args:
        image: an encoded JPEG.

    Returns:
        float32[216], square roots of the shares of the pixels (so that the Euclidean distance is
        the Hellinger distance).

    Raises:
        ValueError: not a JPEG.
    """
    pixels = simplejpeg.decode_jpeg(image, colorspace="RGB")  # [height, width, 3]
    bins = (pixels.astype(np.int32) * _BINS) >> 8
    index = (bins[..., 0] * _BINS + bins[..., 1]) * _BINS + bins[..., 2]
    counts = np.bincount(index.ravel(), minlength=_BINS**3)
    return np.sqrt(counts / index.size).astype(np.float32)


def mean_log_spectrum(pcm: bytes) -> np.ndarray:
    """Computes the mean over time of a sound's log-spectrogram.

    Args:
        pcm: int16 little-endian mono samples of exactly one second.

    Returns:
        float32[frequencies].
    """
    return log_spectrogram(pcm).mean(axis=1)
