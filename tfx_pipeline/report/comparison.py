"""Compares two runs on one page."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import markupsafe

from objects_that_sound.tfx_pipeline.report.charts import comparison_chart, comparison_curves
from objects_that_sound.tfx_pipeline.report.measured_metric import (
    Interval,
    MeasuredMetric,
    measured_metrics,
)
from objects_that_sound.tfx_pipeline.report.page import load_json, render_page
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

COMPARISON_FILE = "comparison.html"


@dataclasses.dataclass(frozen=True)
class ComparedMetric:
    """A metric of two runs, A and B; either may lack it.

    Attributes:
        a: of the first run.
        b: of the second.
    """

    a: MeasuredMetric | None
    b: MeasuredMetric | None

    @property
    def one(self) -> MeasuredMetric:
        """Either, for its name."""
        found = self.a or self.b
        assert found is not None
        return found

    @property
    def difference(self) -> float | None:
        """B less A; None where one of them has no value."""
        if self.a is None or self.b is None:
            return None
        if self.a.figure.value is None or self.b.figure.value is None:
            return None
        return self.b.figure.value - self.a.figure.value

    @property
    def mark(self) -> str:
        """`better` or `worse` where B differs from A by more than both intervals, else ""."""
        if not self.difference or self.a is None or self.b is None or not self.one.better:
            return ""
        if not self.a.figure.apart_from(self.b.figure):
            return ""
        return "better" if self.difference * self.one.better > 0 else "worse"


def write_comparison(a: RunSummary, b: RunSummary, path: str | pathlib.Path) -> None:
    """Writes the page that compares two runs.

    Args:
        a: the first run.
        b: the second; differences are those from A to B.
        path: of the page.
    """
    pathlib.Path(path).write_text(render_comparison(a, b), encoding="utf-8")


def render_comparison(a: RunSummary, b: RunSummary) -> str:
    """Renders the page; pictures and sounds are inside it."""
    metrics = compare_metrics(a, b)
    retrieval = _folders(a, b, "RetrievalEvaluator")
    localisation = _folders(a, b, "LocalisationEvaluator")
    samples = [load_json(folder, "samples.json") or [] for folder in localisation]
    found = [load_json(folder, "neighbours.json") or {} for folder in retrieval]
    return render_page(
        "comparison.html.j2",
        runs=(a, b),
        metrics=[row for row in metrics if not _is_minor(row)],
        minor_metrics=[row for row in metrics if _is_minor(row)],
        chart=markupsafe.Markup(comparison_chart(_charted(metrics))),
        curves=[markupsafe.Markup(svg) for svg in comparison_curves(a.history, b.history)],
        localisation=localisation,
        samples=_same(*samples),
        has_samples=any(samples),
        retrieval=retrieval,
        neighbours={
            key: _same(*([_with_key(one) for one in shown.get(key, [])] for shown in found))
            for key in ("image_to_sounds", "sound_to_images")
        },
        has_neighbours=any(found),
        plots=_plots(a, b),
        parameters=_differing(a, b),
        data=_both(a.data, b.data),
        stages=_both(*({stage.name: stage.seconds for stage in run.stages} for run in (a, b))),
    )


def compare_metrics(a: RunSummary, b: RunSummary) -> list[ComparedMetric]:
    """Puts the metrics of two runs beside each other, in the order of the evaluators."""
    of_a, of_b = (
        {
            (row.evaluator, row.metric): row
            for result in run.evaluations
            for row in measured_metrics(result)
        }
        for run in (a, b)
    )
    evaluators = dict.fromkeys(name for name, _ in [*of_a, *of_b])
    keys = dict.fromkeys([*of_a, *of_b])
    return [
        ComparedMetric(of_a.get(key), of_b.get(key))
        for evaluator in evaluators
        for key in keys
        if key[0] == evaluator
    ]


def _is_minor(row: ComparedMetric) -> bool:
    decided = any(side is not None and side.passed is not None for side in (row.a, row.b))
    name = row.one.metric
    return not decided and (not row.one.better or name.startswith(("recall_at_", "ndcg_over_")))


def _charted(metrics: Sequence[ComparedMetric]) -> list[tuple[str, Interval, Interval]]:
    """Name and both figures of the metrics that both runs have and that are in 0..1."""
    return [
        (row.one.name, row.a.figure, row.b.figure)
        for row in metrics
        if row.a is not None and row.b is not None and not _is_minor(row)
        if all(
            side.figure.value is not None and 0 <= side.figure.value <= 1 for side in (row.a, row.b)
        )
    ]


def _folders(a: RunSummary, b: RunSummary, node: str) -> tuple[str, str]:
    return a.evaluation(node).folder, b.evaluation(node).folder


def _with_key(shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "video_id": shown["query"]["video_id"], "time": shown["query"]["time"]}


def _same(a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]) -> list[tuple[dict, dict]]:
    """The items of both runs that are of the same moment of the same video."""
    of_b = {(item["video_id"], round(item["time"], 3)): item for item in b}
    pairs = ((item, of_b.get((item["video_id"], round(item["time"], 3)))) for item in a)
    return [(item, other) for item, other in pairs if other is not None]


def _plots(a: RunSummary, b: RunSummary) -> list[dict[str, Any]]:
    """The pictures of figures that either run has, by evaluator and name."""
    plots = []
    for node in dict.fromkeys(result.node for run in (a, b) for result in run.evaluations):
        results = [run.evaluation(node) for run in (a, b)]
        for name in dict.fromkeys(name for result in results for name in result.plots):
            sides = [result.folder if name in result.plots else None for result in results]
            plots.append({"title": results[0].title, "name": name, "folders": sides})
    return plots


def _differing(a: RunSummary, b: RunSummary) -> list[tuple[str, Any, Any]]:
    """Parameters whose values are not the same: name and both values, None where there is none."""
    of_a, of_b = (
        {
            f"{component}: {name}": value
            for component, parameters in run.parameters.items()
            for name, value in parameters.items()
        }
        for run in (a, b)
    )
    return [row for row in _both(of_a, of_b) if row[1] != row[2]]


def _both(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(name, a.get(name), b.get(name)) for name in dict.fromkeys([*a, *b])]
