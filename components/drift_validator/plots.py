"""Pictures of the distributions that were compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tensorflow_metadata.proto.v0 import statistics_pb2

from objects_that_sound.components.drift_validator.comparison import Comparison

_COLUMNS = 3


def distributions(
    comparisons: Sequence[Comparison],
    named: Sequence[tuple[str, statistics_pb2.DatasetFeatureStatisticsList]],
) -> Figure:
    """Draws the histograms of every feature, one over the other.

    Args:
        comparisons: one a feature.
        named: what the distributions are of, and the statistics.
    """
    rows = math.ceil(len(comparisons) / _COLUMNS)
    figure = Figure(figsize=(11.0, 0.5 + 2.3 * rows), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).flatten()
    for axes in grid[len(comparisons) :]:
        axes.set_axis_off()
    for axes, comparison in zip(grid, comparisons, strict=False):
        for number, (_, statistics) in enumerate(named):
            _draw(axes, f"C{number}", statistics, comparison.feature)
        colour = "black" if comparison.passed else "tab:red"
        axes.set_title(comparison.name, loc="left", fontsize=10, color=colour)
        allowed = "too few videos" if comparison.too_few else f"{comparison.allowed:.3f} allowed"
        figures = f"divergence {comparison.divergence:.3f}, {allowed}"
        axes.set_xlabel(figures, fontsize=9, color=colour)
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
    handles = [Axes.plot(grid[0], [], [], color=f"C{n}", label=named[n][0])[0] for n in (0, 1)]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False)
    return figure


def _draw(
    axes: Axes,
    colour: str,
    statistics: statistics_pb2.DatasetFeatureStatisticsList,
    feature: str,
) -> None:
    [found] = [one for one in statistics.datasets[0].features if one.path.step[0] == feature]
    standard = statistics_pb2.Histogram.STANDARD
    [histogram] = [one for one in found.num_stats.histograms if one.type == standard]
    buckets = [one for one in histogram.buckets if one.sample_count]
    total = sum(one.sample_count for one in buckets)
    if len(buckets) == 1 and buckets[0].low_value == buckets[0].high_value:
        axes.axvline(buckets[0].low_value, color=colour, linewidth=2)  # all the same value
        return
    buckets = list(histogram.buckets)
    edges = [one.low_value for one in buckets] + [buckets[-1].high_value]
    densities = [
        one.sample_count / total / max(one.high_value - one.low_value, 1e-12) for one in buckets
    ]
    axes.stairs(densities, edges, fill=True, color=colour, alpha=0.25)
    axes.stairs(densities, edges, color=colour)
