"""The report's charts as SVG that takes its colours from the page's style."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import matplotlib.figure
import matplotlib.ticker

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.models.training_history import Curves, TrainingHistory

# Matplotlib wants colours; the page replaces these by its own, light or dark.
_CSS_COLOURS = {
    "#010203": "var(--ink)",
    "#010204": "var(--muted)",
    "#010205": "var(--accent)",
    "#010206": "var(--second)",
    "#010207": "var(--line)",
}
_INK, _MUTED, _ACCENT, _SECOND, _LINE = _CSS_COLOURS

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _MUTED,
    "axes.edgecolor": _LINE,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def training_curves(history: TrainingHistory | None) -> list[str]:
    """Draws every metric of a training over the steps, with its validation beside it.

    Args:
        history: of the training, if there was one.

    Returns:
        One `<svg>` element a metric.
    """
    if history is None:
        return []
    curves = history.curves
    return [
        _curves(
            name,
            [
                (curves, name, "train", _ACCENT, "-"),
                (curves, f"val_{name}", history.val_split, _SECOND, "-"),
            ],
        )
        for name in _metric_names(curves)
    ]


def comparison_curves(a: TrainingHistory | None, b: TrainingHistory | None) -> list[str]:
    """Draws every metric of two trainings in one chart; see `training_curves`."""
    trainings = [
        (name, history, colour)
        for name, history, colour in (("A", a, _ACCENT), ("B", b, _SECOND))
        if history is not None
    ]
    names = dict.fromkeys(
        name for _, history, _ in trainings for name in _metric_names(history.curves)
    )
    return [
        _curves(
            name,
            [
                line
                for which, history, colour in trainings
                for line in (
                    (history.curves, name, f"{which} train", colour, ":"),
                    (history.curves, f"val_{name}", f"{which} {history.val_split}", colour, "-"),
                )
            ],
        )
        for name in names
    ]


def trend_charts(rows: Sequence[Mapping[str, Any]], metrics: Sequence[Metric]) -> list[str]:
    """Draws every headline metric over the runs of a root; a ring marks what was pushed.

    Args:
        rows: runs, oldest first; see `run_table`.
        metrics: columns of the rows to draw.

    Returns:
        One `<svg>` element a metric that at least two runs have.
    """
    charts = []
    for metric in metrics:
        known = [
            (place, row) for place, row in enumerate(rows, 1) if row.get(metric.column) is not None
        ]
        if len(known) < 2:
            continue
        pushed = [(place, row) for place, row in known if row["version"]]
        with matplotlib.rc_context({**_STYLE, "svg.hashsalt": f"trend {metric.column}"}):
            figure = matplotlib.figure.Figure(figsize=(4.6, 2.8), layout="constrained")
            axes = figure.add_subplot()
            places, values = zip(
                *((place, row[metric.column]) for place, row in known), strict=True
            )
            axes.plot(places, values, "-o", color=_ACCENT, linewidth=1.8, markersize=4)
            axes.plot(
                [place for place, _ in pushed],
                [row[metric.column] for _, row in pushed],
                "o",
                color=_SECOND,
                markersize=9,
                fillstyle="none",
                label="pushed",
            )
            axes.set_title(metric.title, loc="left")
            axes.set_xlabel("run")
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
            if pushed:
                axes.legend()
            charts.append(_svg(figure))
    return charts


def _metric_names(curves: Curves) -> list[str]:
    no_metrics = ("step", "seconds")
    names = [name for name, values in curves.items() if values and name not in no_metrics]
    return [name for name in names if not name.startswith("val_")]


def _curves(name: str, lines: list[tuple[Curves, str, str, str, str]]) -> str:
    """Draws lines: curves of a training, the name of one, label, colour and style."""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = matplotlib.figure.Figure(figsize=(4.6, 2.8), layout="constrained")
        axes = figure.add_subplot()
        for history, series, label, colour, style in lines:
            values = history.get(series)
            if not values:
                continue
            steps = (history.get("step") or list(range(1, len(values) + 1)))[: len(values)]
            marker = "o" if len(values) == 1 else None
            axes.plot(steps, values, style, color=colour, label=label, marker=marker, linewidth=1.8)
        axes.set_title(name.replace("_", " "), loc="left")
        axes.set_xlabel("step" if any(line[0].get("step") for line in lines) else "epoch")
        axes.legend()
        return _svg(figure)


def comparison_chart(rows: Sequence[tuple[str, Estimate, Estimate]]) -> str:
    """Draws the figures of two runs, with their intervals, one under the other.

    Args:
        rows: title of the metric, figures of A and of B; in 0..1.

    Returns:
        An `<svg>` element, or "" if there is nothing to draw.
    """
    if not rows:
        return ""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": "comparison"}):
        figure = matplotlib.figure.Figure(
            figsize=(8.0, 0.8 + 0.42 * len(rows)), layout="constrained"
        )
        axes = figure.add_subplot()
        for place, (_, *figures) in enumerate(rows):
            for one, colour, offset in zip(figures, (_ACCENT, _SECOND), (-0.16, 0.16), strict=True):
                if one.known:
                    axes.hlines(place + offset, one.low, one.high, colors=colour, linewidth=2)
                axes.plot([one.value], [place + offset], "o", color=colour, markersize=5)
        axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
        axes.tick_params(axis="y", length=0, labelcolor=_INK)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        return _svg(figure)


def metrics_chart(metrics: Sequence[MeasuredMetric]) -> str:
    """Draws every metric as a bar with its interval; chance, ceiling and baselines as marks.

    Args:
        metrics: shares, scores or differences of such. Those that were not measured are left out.

    Returns:
        An `<svg>` element, or "" if there is nothing to draw.
    """
    rows = [(one, one.estimate) for one in metrics if one.estimate is not None]
    if not rows:
        return ""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": "metrics"}):
        figure = matplotlib.figure.Figure(
            figsize=(8.0, 0.9 + 0.6 * len(rows)), layout="constrained"
        )
        axes = figure.add_subplot()
        axes.grid(visible=False, axis="y")
        for place, (row, estimate) in enumerate(rows):
            axes.barh(place, estimate.value, height=0.5, color=_ACCENT, zorder=2)
            if estimate.known:
                ends = (estimate.low, estimate.high)
                axes.hlines(place, *ends, colors=_INK, linewidth=1.6, zorder=4)
                axes.vlines(ends, place - 0.1, place + 0.1, colors=_INK, zorder=4)
            axes.text(1.015, place, f"{estimate.value:.3f}", va="center", weight="bold")
            bounds = {"chance": row.chance, "ceiling": row.ceiling}
            baselines = {name: one.value for name, one in row.baselines.items()}
            # Names of bounds stand above the bar, those of baselines below: they may be close.
            marks: tuple[Any, ...] = (
                (bounds, "-", place - 0.38, "bottom"),
                (baselines, ":", place + 0.38, "top"),
            )
            for figures, line, edge, side in marks:
                known = [(name, value) for name, value in figures.items() if value is not None]
                known.sort(key=lambda mark: mark[1])
                for number, (name, value) in enumerate(known):
                    # Two names may be close: one ends, the other begins at its mark.
                    align = ("right", "left")[number] if len(known) == 2 else "center"
                    axes.vlines(
                        value,
                        place - 0.36,
                        place + 0.36,
                        colors=_SECOND,
                        linestyles=line,
                        linewidth=2,
                        zorder=3,
                    )
                    axes.text(value, edge, name, color=_MUTED, size=7, ha=align, va=side)
        arrows = {Better.LOWER: " ↓"}
        axes.set_yticks(
            range(len(rows)),
            [row.metric.title + arrows.get(row.metric.better, "") for row, _ in rows],
        )
        axes.tick_params(axis="y", length=0, labelcolor=_INK)
        # Differences may be below 0.
        lowest = [estimate.low if estimate.known else estimate.value for _, estimate in rows]
        axes.set_xlim(min(0.0, *lowest), 1)
        axes.set_ylim(len(rows) - 0.3, -0.7)
        return _svg(figure)


def _svg(figure: matplotlib.figure.Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    for placeholder, colour in _CSS_COLOURS.items():
        text = text.replace(placeholder, colour)
    return text
