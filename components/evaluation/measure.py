"""Measures an evaluator's metrics on the same examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import (
    Statistic,
    bootstrap,
    bootstrap_change,
)
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric


def measure(
    metrics: Sequence[Metric],
    statistics: Mapping[str, Statistic],
    compared: Mapping[str, Statistic] | None,
    clusters: Sequence[str] | np.ndarray,
    *,
    chance: Mapping[str, float | None] | None = None,
    ceiling: Mapping[str, float | None] | None = None,
    baselines: Mapping[str, Mapping[str, Statistic]] | None = None,
    missing: Mapping[str, str] | None = None,
) -> list[MeasuredMetric]:
    """Estimates every metric, its change, and what stands beside it.

    Args:
        metrics: all that the evaluator declares.
        statistics: statistic of the model, by name of the metric.
        compared: likewise of the latest blessed model; None if there is none.
        clusters: name of each row's cluster; see `bootstrap`.
        chance: value that is expected of guessing, by name of the metric.
        ceiling: best possible value, by name of the metric.
        baselines: statistics of other ways, by name of the metric and name for people.
        missing: reason, by name of the metric, why there is no statistic or it is not defined.

    Returns:
        Every metric, in the given order. One whose statistic is missing, or that no row defines, has
        no estimate.

    Raises:
        KeyError: a statistic is of no declared metric.
    """
    unknown = set(statistics) - {metric.name for metric in metrics}
    if unknown:
        raise KeyError(f"no metric is declared for the statistics {sorted(unknown)}")
    clusters = list(clusters)

    def of(metric: Metric) -> MeasuredMetric:
        name = metric.name
        if not _is_defined(statistics.get(name), len(clusters)):
            reason = (missing or {}).get(name) or "no example defines it"
            return MeasuredMetric(metric, missing=reason)
        statistic = statistics[name]
        other = (compared or {}).get(name)
        beside = {
            title: one
            for title, one in (baselines or {}).get(name, {}).items()
            if _is_defined(one, len(clusters))
        }
        return MeasuredMetric(
            metric,
            bootstrap(statistic, clusters),
            bootstrap_change(statistic, other, clusters)
            if other is not None and _is_defined(other, len(clusters))
            else None,
            (chance or {}).get(name),
            (ceiling or {}).get(name),
            {title: bootstrap(one, clusters) for title, one in beside.items()},
        )

    return [of(metric) for metric in metrics]


def mean_of(values: np.ndarray) -> Statistic:
    """Makes the statistic that is the mean of float[n], NaN being values that are not there."""
    values = np.asarray(values, np.float64)
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)

    def mean(rows: np.ndarray) -> float:
        count = np.count_nonzero(there[rows])
        return float(filled[rows].sum() / count) if count else float("nan")

    return mean


def _is_defined(statistic: Statistic | None, rows: int) -> bool:
    return statistic is not None and not np.isnan(statistic(np.arange(rows)))
