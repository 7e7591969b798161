"""Whether a figure is surely better than another one."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Rank
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric


class Standing(enum.Enum):
    """Where a figure's interval lies beside another's; more is better."""

    ABOVE = "above"
    UNSURE = "unsure"
    """The intervals overlap."""
    BELOW = "below"


def standing(estimate: Estimate, other: Estimate) -> Standing:
    """Compares two figures; of a figure without an interval nothing is sure."""
    if not estimate.apart_from(other):
        return Standing.UNSURE
    return Standing.ABOVE if estimate.low > other.high else Standing.BELOW


def beside_chance(measured: MeasuredMetric) -> Standing | None:
    """Compares a figure with guessing; None where it was not measured or chance is not known."""
    if measured.estimate is None or measured.chance is None:
        return None
    return standing(measured.estimate, exactly(measured.chance))


def exactly(value: float) -> Estimate:
    """A figure that is known for sure."""
    return Estimate(value, value, value)


def headlines(metrics: Iterable[JudgedMetric]) -> list[MeasuredMetric]:
    """The figures that a model is told by: headlines of which more is better, and chance known."""
    return [
        one.measured
        for one in metrics
        if one.metric.rank is Rank.HEADLINE
        and one.metric.better is Better.HIGHER
        and beside_chance(one.measured) is not None
    ]
