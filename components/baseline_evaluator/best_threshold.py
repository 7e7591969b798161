"""The threshold of a score that tells corresponding from mismatched pairs best."""

from __future__ import annotations

import numpy as np


def best_threshold(positive: np.ndarray, negative: np.ndarray) -> float:
    """Finds the threshold above which most corresponding and fewest mismatched pairs score.

    Args:
        positive: float[n], scores of corresponding pairs.
        negative: float[n], scores of as many mismatched pairs.
    """
    scores = np.unique(np.concatenate([positive, negative]))
    # Between two neighbours, so that no score sits on the threshold.
    thresholds = np.concatenate([(scores[1:] + scores[:-1]) / 2, scores[:1] - 1e-9])
    positive, negative = np.sort(positive), np.sort(negative)
    right = (len(positive) - np.searchsorted(positive, thresholds, side="right")) + (
        np.searchsorted(negative, thresholds, side="right")
    )
    return float(thresholds[np.argmax(right)])
