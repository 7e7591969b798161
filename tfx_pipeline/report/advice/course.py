"""How a training went: was it still getting better, or did it learn its videos by heart?"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from scipy import stats

from objects_that_sound.models.training_history import TrainingHistory

MIN_VALIDATIONS = 5
"""With fewer points even a curve that only rises may do so by chance (Kendall's test, 5 %)."""

_SIGNIFICANCE = 0.05


class Course(enum.Enum):
    """What the curves say of the second half of a training."""

    UNKNOWN = "unknown"
    """There were too few validations to tell."""
    RISING = "rising"
    """Validation was still getting better."""
    LEVEL = "level"
    """Validation did neither clearly."""
    OVERFITTING = "overfitting"
    """Validation got worse while training got better."""


def course_of(history: TrainingHistory) -> Course:
    """Reads the curves of a training.

    A trend is one that Kendall's rank test finds (one-sided, 5 %) in the second half of the
    validations: it asks nothing of the curve's form, and noise does not pass for a trend. A training
    that ended at its plateau is not called rising: what rises then is the schedule's last fall.

    Args:
        history: the training's.
    """
    judged = _second_half(history, history.judge)
    if len(judged) < MIN_VALIDATIONS:
        return Course.UNKNOWN
    if history.ended != "plateau" and _rises(judged):
        return Course.RISING
    loss, validation_loss = _second_half(history, "loss"), _second_half(history, "val_loss")
    learns = _rises([-value for value in loss])
    forgets = _rises(validation_loss) or _rises([-value for value in judged])
    return Course.OVERFITTING if learns and forgets else Course.LEVEL


def _second_half(history: TrainingHistory, name: str) -> list[float]:
    values = history.curves.get(name, [])
    return list(values[-max(len(values) // 2, MIN_VALIDATIONS) :])


def _rises(values: Sequence[float]) -> bool:
    if len(set(values)) < 2:  # no ranks to compare
        return False
    found = stats.kendalltau(range(len(values)), values, alternative="greater")
    return bool(found.pvalue < _SIGNIFICANCE)
