"""Accuracy and AUC of audio-visual correspondence, as statistics of rows of pairs."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from objects_that_sound.components.evaluation.bootstrap import Statistic

ACCURACY = "avc_accuracy"
AUC = "avc_auc"

DECISION = 0.5
"""A pair is said to correspond if its score is above."""


def avc_statistics(corresponds: np.ndarray, scores: np.ndarray) -> dict[str, Statistic]:
    """Makes the statistics of a model's scores.

    Args:
        corresponds: bool[n], the truth.
        scores: float[n].

    Returns:
        `avc_accuracy`, the mean of the accuracies on pairs that correspond and on those that don't
        (chance, and a model that always says the same: 0.5), and `avc_auc`, the probability that
        of two such pairs the first scores higher (equal scores: half). NaN for rows of one kind.
    """
    right = (scores > DECISION) == corresponds
    # Ranks instead of scores: integers sort faster, and ties stay ties.
    ranks = rankdata(scores, method="dense")

    def accuracy(rows: np.ndarray) -> float:
        truth, hits = corresponds[rows], right[rows]
        yes, no = np.count_nonzero(truth), np.count_nonzero(~truth)
        if not yes or not no:
            return float("nan")
        return (np.count_nonzero(hits & truth) / yes + np.count_nonzero(hits & ~truth) / no) / 2

    def auc(rows: np.ndarray) -> float:
        truth = corresponds[rows]
        yes, no = np.count_nonzero(truth), np.count_nonzero(~truth)
        if not yes or not no:
            return float("nan")
        above = rankdata(ranks[rows])[truth].sum() - yes * (yes + 1) / 2  # Mann-Whitney's U
        return float(above / (yes * no))

    return {ACCURACY: accuracy, AUC: auc}
