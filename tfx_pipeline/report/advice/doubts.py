"""Why a pushed model is no success yet."""

from __future__ import annotations

from collections.abc import Iterable

from objects_that_sound.tfx_pipeline.report.advice.standing import (
    Standing,
    beside_chance,
    headlines,
)
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric


def doubts_of(metrics: Iterable[JudgedMetric]) -> list[str]:
    """Says that nothing was asked of a model, and which of its figures may be guessing.

    Args:
        metrics: all that was measured of the model, with what was decided.

    Returns:
        Sentences; none where something was asked, and all figures are surely above chance.
    """
    metrics = list(metrics)
    asked = was_asked(metrics)
    doubts = []
    if not asked:
        doubts.append("Nothing was asked of this model, so being pushed says nothing of it.")
    for one in headlines(metrics):
        figure, guessing = f"{one.metric.title} is {one.value:.2f}", f"reaches {one.chance:.2f}"
        if beside_chance(one) is not Standing.ABOVE:
            doubts.append(f"{figure}, not surely better than chance: guessing {guessing}.")
        elif not asked:
            doubts.append(f"{figure}; guessing {guessing}.")
    return doubts


def was_asked(metrics: Iterable[JudgedMetric]) -> bool:
    """Whether the gate asked anything."""
    return any(one.decisions for one in metrics)
