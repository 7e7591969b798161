"""Loudness of sound."""

from __future__ import annotations

import math

import numpy as np

SILENCE_DBFS = -120.0
"""Loudness of digital silence (its logarithm would be minus infinity)."""

_INT16_MAX = 32768.0


def loudness_dbfs(samples: np.ndarray) -> float:
    """Root mean square of int16 samples in dB relative to full scale, at least `SILENCE_DBFS`."""
    exact = samples.astype(np.int64)  # a sum of integers is the same on every machine
    power = int(np.dot(exact, exact)) / samples.size if samples.size else 0.0
    if power <= 0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10 * math.log10(power) - 20 * math.log10(_INT16_MAX))
