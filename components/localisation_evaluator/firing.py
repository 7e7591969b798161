"""Does a model tell the sounds of what is in the frame from those of nothing in it?

The score of a frame with its own sound is set against its scores with sounds that come from nothing
in the frame: silence, noise, sounds of what is not there. A model *fires* at a sound whose score
reaches a threshold, which is one for all frames and sounds: with a threshold for each frame, any map
has something above it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

KEPT = 0.9
"""Share of the true sounds that reach the universal threshold: a model that can't tell other sounds
from them fires at as many of those."""

CHANCE_PRECISION = 1 / 2
CHANCE_F1 = 2 / 3
"""Average precision and maximum F1 of a model that can't tell; it gets the latter by always firing."""


def universal_threshold(true_scores: np.ndarray, kept: float = KEPT) -> float:
    """Finds the score that a given share of the true sounds reaches.

    Args:
        true_scores: float[n], of frames with their own sounds.
        kept: the share.
    """
    return float(np.quantile(true_scores, 1.0 - kept))


def firing_rate(scores: np.ndarray, threshold: float) -> float:
    """Computes the share of scores that reach a threshold; NaN (no such sound) does not count.

    Returns:
        A number in 0..1; NaN if there is no score.
    """
    count = np.count_nonzero(~np.isnan(scores))
    return np.count_nonzero(scores >= threshold) / count if count else float("nan")


class FiringCurve:
    """Precision and recall of firing, over all thresholds.

    True sounds are to be found. However many there are of each kind of other sounds, all kinds
    weigh the same, and together as much as the true sounds.
    """

    def __init__(self, true_scores: np.ndarray, others: Sequence[np.ndarray]):
        """Sorts the scores.

        Args:
            true_scores: float[n], of frames with their own sounds.
            others: float[n] for each kind of other sounds with the same frames; NaN where a frame
                has no such sound. Kinds without any score are left out.

        Raises:
            ValueError: there is no other sound.
        """
        kinds = [np.asarray(scores, float) for scores in others if not np.isnan(scores).all()]
        if not kinds:
            raise ValueError("there are no other sounds than the true ones")
        self._there = np.array([~np.isnan(scores) for scores in kinds])  # [kinds, n]
        scores = np.concatenate([true_scores, *kinds])
        scores = np.where(np.isnan(scores), -np.inf, scores)
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        # A threshold lies between different scores only: at the last of each tie.
        self._ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))

    def average_precision(self, rows: np.ndarray) -> float:
        """Computes the average precision (as `sklearn.metrics.average_precision_score`).

        Args:
            rows: int[m], the frames that count; one may come several times.

        Returns:
            A number in 0..1; NaN if the rows have no other sound of some kind.
        """
        found, false = self._curve(rows)
        with np.errstate(invalid="ignore"):
            precision = np.where(found > 0, found / (found + false), 0.0)
        return float(np.sum(np.diff(found, prepend=0.0) * precision))

    def max_f1(self, rows: np.ndarray) -> float:
        """Computes the largest F1 of any threshold; see `average_precision`."""
        found, false = self._curve(rows)
        return float(np.max(2 * found / (1.0 + found + false)))

    def _curve(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares of the true and of the other sounds that fire, by falling threshold."""
        counts = np.bincount(rows, minlength=self._there.shape[1]).astype(float)
        others = counts * self._there  # [kinds, n]
        with np.errstate(invalid="ignore"):
            others /= others.sum(axis=1, keepdims=True) * len(others)
        false = np.concatenate([np.zeros(len(counts)), others.ravel()])[self._order]
        found = np.concatenate([counts / counts.sum(), np.zeros(others.size)])[self._order]
        return np.cumsum(found)[self._ends], np.cumsum(false)[self._ends]
