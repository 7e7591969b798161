"""Puts the baselines' figures beside those of a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from objects_that_sound.components.baseline_evaluator.baselines import BASELINES
from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric


def with_baselines(metrics: Sequence[MeasuredMetric], folder: str | None) -> list[MeasuredMetric]:
    """Finds what BaselineEvaluator measured by the same metrics on the same examples.

    Args:
        metrics: what an evaluator measured.
        folder: folder of BaselineEvaluator's result; None if there is none.

    Returns:
        The same metrics, with the figures of the baselines by their titles.
    """
    result = None if folder is None else read_evaluation_result(folder)
    found = {one.metric.name: one.estimate for one in (result.metrics if result else ())}

    def beside(one: MeasuredMetric) -> MeasuredMetric:
        figures = {
            baseline.title: estimate
            for baseline in BASELINES
            if (estimate := found.get(baseline.metric(one.metric).name)) is not None
        }
        return dataclasses.replace(one, baselines={**one.baselines, **figures})

    return [beside(one) for one in metrics]
