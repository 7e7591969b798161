"""Confidence intervals of any statistic by resampling whole clusters of examples.

Examples of one scene resemble each other: resampled one by one they would pretend to know more
than they do. So scenes (groups of videos) are drawn, with all their examples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from objects_that_sound.components.evaluation.estimate import Estimate

Statistic = Callable[[np.ndarray], float]
"""Computes a figure of the examples in rows int[m]; a row may come several times."""


def bootstrap(
    statistic: Statistic,
    clusters: Sequence[str],
    *,
    confidence: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Computes a statistic and its interval.

    The interval is the bootstrap's expanded percentile interval (Hesterberg, "What Teachers Should
    Know About the Bootstrap", 2015, section 5.3): the plain one is too narrow for few clusters.

    Args:
        statistic: NaN where rows do not define it (e.g. AUC of one class); such resamples are left
            out.
        clusters: of each row, the name of its cluster.
        confidence: of the two-sided interval.
        resamples: how many.
        seed: of the draws: the same rows, the same interval.

    Returns:
        The figure and its interval; it is infinite if there are fewer than two clusters, or if
        half of the resamples do not define the statistic.

    Raises:
        ValueError: there are no rows, or the statistic of all rows is not finite.
    """
    if len(clusters) == 0:
        raise ValueError("there are no examples to measure")
    value = float(statistic(np.arange(len(clusters))))
    if not np.isfinite(value):
        raise ValueError(f"the statistic of all {len(clusters)} examples is {value}")
    _, cluster_of = np.unique(np.asarray(clusters), return_inverse=True)
    sizes = np.bincount(cluster_of)  # [clusters]
    count = len(sizes)
    if count < 2:
        return Estimate(value, -np.inf, np.inf)
    by_cluster = np.argsort(cluster_of, kind="stable")  # rows, cluster after cluster
    starts = np.cumsum(sizes) - sizes
    random = np.random.default_rng(seed)
    drawn = np.empty(resamples)
    for i in range(resamples):
        chosen = random.integers(count, size=count)
        lengths = sizes[chosen]
        # Positions of the chosen clusters' rows, as ranges one after another.
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) + np.repeat(starts[chosen] - (ends - lengths), lengths)
        drawn[i] = statistic(by_cluster[places])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) * 2 < resamples:
        return Estimate(value, -np.inf, np.inf)
    spread = stats.t.ppf((1 + confidence) / 2, count - 1) * np.sqrt(count / (count - 1))
    low, high = np.quantile(drawn, stats.norm.cdf([-spread, spread]))
    # Of a skewed statistic the figure itself may lie outside.
    return Estimate(value, float(min(low, value)), float(max(high, value)))


def bootstrap_change(
    candidate: Statistic, baseline: Statistic, clusters: Sequence[str]
) -> Estimate:
    """Computes the difference of two statistics of the same rows and its interval.

    What is hard for both models cancels out, so the interval is narrower than either model's own.

    Args:
        candidate: statistic of the new model.
        baseline: the same of the model it is compared with.
        clusters: see `bootstrap`.

    Returns:
        candidate - baseline; see `bootstrap`.

    Raises:
        ValueError: see `bootstrap`.
    """
    return bootstrap(lambda rows: candidate(rows) - baseline(rows), clusters)
