"""Accuracy and AUC of audio-visual correspondence, as statistics of rows of pairs."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from objects_that_sound.components.avc_evaluator.evaluator import (
    ACCURACY,
    AUC,
    CORRESPONDING,
    MISMATCHED,
)
from objects_that_sound.components.evaluation.bootstrap import Statistic

DECISION = 0.5
"""A pair is said to correspond if its score is above."""


def avc_statistics(corresponds: np.ndarray, scores: np.ndarray) -> dict[str, Statistic]:
    """Makes the statistics of a model's scores.

    Args:
        corresponds: bool[n], the truth.
        scores: float[n].

    Returns:
        By name of the metric: the accuracies on pairs that correspond and on those that don't, and
        their mean, `avc_accuracy` (chance, and a model that always says the same: 0.5); `avc_auc`,
        the probability that of two such pairs the first scores higher (equal scores: half). NaN for
        rows of one kind.
    """
    right = (scores > DECISION) == corresponds
    # Ranks instead of scores: integers sort faster, and ties stay ties.
    ranks = rankdata(scores, method="dense")

    def share(of: np.ndarray) -> Statistic:
        def accuracy_of(rows: np.ndarray) -> float:
            asked = of[rows]
            count = np.count_nonzero(asked)
            return np.count_nonzero(right[rows] & asked) / count if count else float("nan")

        return accuracy_of

    corresponding, mismatched = share(corresponds), share(~corresponds)

    def accuracy(rows: np.ndarray) -> float:
        return (corresponding(rows) + mismatched(rows)) / 2

    def auc(rows: np.ndarray) -> float:
        truth = corresponds[rows]
        yes, no = np.count_nonzero(truth), np.count_nonzero(~truth)
        if not yes or not no:
            return float("nan")
        above = rankdata(ranks[rows])[truth].sum() - yes * (yes + 1) / 2  # Mann-Whitney's U
        return float(above / (yes * no))

    return {
        ACCURACY.name: accuracy,
        AUC.name: auc,
        CORRESPONDING.name: corresponding,
        MISMATCHED.name: mismatched,
    }
