"""Estimates of several metrics of the same examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import (
    Statistic,
    bootstrap,
    bootstrap_change,
)
from objects_that_sound.components.evaluation.estimate import Estimate


def estimate_all(
    statistics: Mapping[str, Statistic],
    baseline: Mapping[str, Statistic] | None,
    clusters: Sequence[str] | np.ndarray,
) -> tuple[dict[str, Estimate], dict[str, Estimate] | None]:
    """Estimates every metric and its change.

    Args:
        statistics: by metric, of the model; metrics that no row defines are left out.
        baseline: the same of the model it is compared with, if there is one.
        clusters: of each row; see `bootstrap`.

    Returns:
        By metric, the figure; and by metric, the change against the baseline (None without one).
    """
    clusters = list(clusters)
    rows = np.arange(len(clusters))
    defined = {
        name: statistic for name, statistic in statistics.items() if not np.isnan(statistic(rows))
    }
    estimates = {name: bootstrap(statistic, clusters) for name, statistic in defined.items()}
    if baseline is None:
        return estimates, None
    changes = {
        name: bootstrap_change(statistic, baseline[name], clusters)
        for name, statistic in defined.items()
        if name in baseline and not np.isnan(baseline[name](rows))
    }
    return estimates, changes


def mean_of(values: np.ndarray) -> Statistic:
    """Makes the statistic that is the mean of float[n], NaN being values that are not there."""
    values = np.asarray(values, np.float64)
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)

    def mean(rows: np.ndarray) -> float:
        count = np.count_nonzero(there[rows])
        return float(filled[rows].sum() / count) if count else float("nan")

    return mean
