"""A straight line through figures of models that learnt from ever more videos."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import Statistic, bootstrap
from objects_that_sound.components.evaluation.estimate import Estimate

FORECASTS = (2, 4)
"""By how much more video than there is."""


@dataclasses.dataclass(frozen=True)
class FittedCurve:
    """Figures, and the line through them; see `LearningCurve`."""

    figures: tuple[Estimate, ...]
    gain: Estimate
    forecast: tuple[Estimate, ...]


def fit_curve(
    clips: Sequence[int],
    statistics: Sequence[Statistic],
    clusters: Sequence[str],
    ceiling: float = 1.0,
) -> FittedCurve:
    """Fits figure = a + b log2(clips) by least squares, and continues it.

    Learning curves are often straight in this scale until they come near their ceiling (Hestness
    et al., "Deep Learning Scaling is Predictable, Empirically", 2017, has power laws; with three
    points and noise the two can't be told apart). The intervals draw held-out scenes again, the
    same for all models, and fit the line anew each time.

    Args:
        clips: number of videos that each model learnt from, ascending.
        statistics: statistic of each model, all of the same rows.
        clusters: scene of each row; see `bootstrap`.
        ceiling: best possible figure; forecasts do not pass it.
    """
    scale = np.log2(np.asarray(clips, np.float64))
    # Of the line through y: its slope is weights @ y.
    weights = (scale - scale.mean()) / np.square(scale - scale.mean()).sum()

    def values(rows: np.ndarray) -> np.ndarray:
        return np.array([statistic(rows) for statistic in statistics])

    def gain(rows: np.ndarray) -> float:
        return float(weights @ values(rows))

    def at(place: float) -> Callable[[np.ndarray], float]:
        def forecast(rows: np.ndarray) -> float:
            found = values(rows)
            return float(min(found.mean() + weights @ found * (place - scale.mean()), ceiling))

        return forecast

    return FittedCurve(
        tuple(bootstrap(statistic, clusters) for statistic in statistics),
        bootstrap(gain, clusters),
        tuple(bootstrap(at(scale[-1] + np.log2(more)), clusters) for more in FORECASTS),
    )
