"""Floats for JSON."""

from __future__ import annotations

import numpy as np

_AT_A_TIME = 1 << 16
"""Numbers that are written as text, of 128 bytes each, before they go on as numbers."""


def shortest_digits(array: np.ndarray) -> np.ndarray:
    """The shortest digits that give the same float32 back: 0.2, not 0.20000000298023224.

    Args:
        array: float32, of any shape.

    Returns:
        Of the same shape, float64: what `json` writes with these digits.
    """
    shortest = np.empty(array.shape, np.float64)
    values, digits = array.ravel(), shortest.reshape(-1)
    for start in range(0, len(values), _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        digits[part] = values[part].astype("U32").astype(np.float64)
    return shortest
