"""What a map does with sounds of nothing in the picture, at one threshold for all pictures.

The measures of Juanola et al., "Learning from Silence and Noise for Visual Sound Source
Localization", 2025, and its code `vssl_eval`.
"""

from __future__ import annotations

import numpy as np

KINDS = ("silence", "noise", "off_screen")


def universal_threshold(peaks: np.ndarray) -> float:
    """Finds the threshold "maxQ3": the third quartile of the maps' maxima with negative sounds.

    Args:
        peaks: float[n], NaN where there is none.
    """
    return float(np.nanquantile(peaks, 0.75))


def thresholds_of_the_other_half(peaks: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Gives every sample the universal threshold of the samples of the other half.

    So no sample has a part in the threshold that it is measured by.

    Args:
        peaks: float[kinds, n], the maps' maxima with negative sounds; NaN where there is none.
        halves: bool[n], which half a sample belongs to.

    Returns:
        float64[n]; of a half that is empty, the threshold of all.
    """
    thresholds = np.empty(len(halves))
    for half in (False, True):
        others = peaks[:, halves != half]
        thresholds[halves == half] = universal_threshold(
            peaks if np.isnan(others).all() else others
        )
    return thresholds


def harmonic_mean(first: float, second: float) -> float:
    """Computes the harmonic mean of two numbers that are not negative; 0 where both are."""
    return 2 * first * second / (first + second) if first + second > 0 else 0.0


def same_area(first: np.ndarray, second: np.ndarray) -> float:
    """Computes the overlap of two bright parts: 1 where both are empty, 0 where one is.

    Args:
        first: bool[h, w].
        second: bool[h, w].
    """
    union = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / union if union else 1.0
