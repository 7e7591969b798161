"""Does a model know when nothing in the picture makes the sound?

The measures of Mo and Morgado, "A Closer Look at Weakly-Supervised Audio-Visual Source
Localization" (SLAVC), NeurIPS 2022, section 4, as their script computes them.
"""

from __future__ import annotations

import numpy as np


def confidence(heatmap: np.ndarray) -> float:
    """Computes a sample's confidence: the mean of the brightest quarter of its map's pixels."""
    count = heatmap.size // 4
    return float(np.partition(heatmap, heatmap.size - count, axis=None)[-count:].mean())


def precision_and_recall(
    confidences: np.ndarray,
    overlaps: np.ndarray,
    sounds: np.ndarray,
    thresholds: np.ndarray,
    success: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Counts detections at each threshold of the confidence.

    A detection is right if something sounds and the overlap is a success. Any other detection is
    false. What sounds and is not detected is missed; a detection in the wrong place is not counted
    as missed.

    Args:
        confidences: float[n].
        overlaps: float[n]; of no meaning where nothing sounds.
        sounds: bool[n].
        thresholds: float[m].
        success: overlap that is a success.

    Returns:
        float64[m] each; precision is 1 where nothing is detected, recall where nothing is to be.
    """
    order = np.argsort(confidences, kind="stable")
    ranked = confidences[order]
    first = np.searchsorted(ranked, thresholds, side="left")  # detections are ranked[first:]
    right = (sounds & (overlaps >= success))[order]

    def from_place(values: np.ndarray) -> np.ndarray:
        return np.append(np.cumsum(values[::-1])[::-1], 0)[first].astype(float)

    found = from_place(right)
    detected = from_place(np.ones(len(order)))
    missed = np.count_nonzero(sounds) - from_place(sounds[order])
    precision = np.divide(found, detected, out=np.ones(len(found)), where=detected > 0)
    both = found + missed
    return precision, np.divide(found, both, out=np.ones(len(found)), where=both > 0)


def average_precision(
    confidences: np.ndarray, overlaps: np.ndarray, sounds: np.ndarray, success: float = 0.5
) -> float:
    """Computes AP: the area under the envelope of precision over recall.

    Thresholds are about 200 of the confidences, from high to low, without the largest.

    Returns:
        A number in 0..1; NaN of a single sample.
    """
    thresholds = np.sort(confidences)[:-1][:: -max(1, len(confidences) // 200)]
    if not thresholds.size:
        return float("nan")
    precision, recall = precision_and_recall(confidences, overlaps, sounds, thresholds, success)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[:-1]))


def max_f1(
    confidences: np.ndarray, overlaps: np.ndarray, sounds: np.ndarray, success: float = 0.5
) -> float:
    """Computes the largest F1 at any of about ten thresholds, which are confidences."""
    thresholds = np.sort(confidences)[:: max(1, len(confidences) // 10)]
    precision, recall = precision_and_recall(confidences, overlaps, sounds, thresholds, success)
    both = precision + recall
    return float(
        np.max(np.divide(2 * precision * recall, both, out=np.zeros(len(both)), where=both > 0))
    )
