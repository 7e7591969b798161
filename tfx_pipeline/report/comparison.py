"""Compares two runs on one page."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import markupsafe

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.metric import Better
from objects_that_sound.tfx_pipeline.report.advice.advice import advise
from objects_that_sound.tfx_pipeline.report.charts import comparison_chart, comparison_curves
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric
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

    a: JudgedMetric | None
    b: JudgedMetric | None

    @property
    def one(self) -> JudgedMetric:
        """Either, for its name."""
        found = self.a or self.b
        assert found is not None
        return found

    @property
    def minor(self) -> bool:
        """Whether it may be folded away."""
        return all(side.minor for side in (self.a, self.b) if side is not None)

    @property
    def estimates(self) -> tuple[Estimate, Estimate] | None:
        """Figures of A and B; None unless both were measured."""
        a = self.a.measured.estimate if self.a else None
        b = self.b.measured.estimate if self.b else None
        return None if a is None or b is None else (a, b)

    @property
    def difference(self) -> float | None:
        """B less A; None unless both were measured."""
        if self.estimates is None:
            return None
        a, b = self.estimates
        return b.value - a.value

    @property
    def mark(self) -> str:
        """`better` or `worse` where B differs from A by more than both intervals, else ""."""
        if self.estimates is None or self.one.metric.better is Better.NEITHER:
            return ""
        a, b = self.estimates
        if not a.apart_from(b):
            return ""
        rises = b.value > a.value
        return "better" if rises == (self.one.metric.better is Better.HIGHER) else "worse"


def write_comparison(a: RunSummary, b: RunSummary, path: str | pathlib.Path) -> None:
    """Writes the page that compares two runs.

    Args:
        a: the first run.
        b: the second; differences are those from A to B.
        path: of the page.
    """
    pathlib.Path(path).write_text(
        render_comparison(a, b), encoding="utf-8", errors="backslashreplace"
    )


def render_comparison(a: RunSummary, b: RunSummary) -> str:
    """Renders the page; pictures and sounds are inside it."""
    metrics = compare_metrics(a, b)
    retrieval = a.folder("retrieval"), b.folder("retrieval")
    localisation = a.folder("localisation"), b.folder("localisation")
    samples = [load_json(folder, "samples.json") or [] for folder in localisation]
    found = [load_json(folder, "neighbours.json") or {} for folder in retrieval]
    return render_page(
        "comparison.html.j2",
        runs=(a, b),
        advice=(advise(a), advise(b)),
        metrics=[row for row in metrics if not row.minor],
        minor_metrics=[row for row in metrics if row.minor],
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
    """Puts the metrics of two runs beside each other, in the order of the evaluators.

    What the runs measured on different bases (by class and by video, say) stands in rows of its own.
    """
    of_a, of_b = (
        {(row.evaluator, row.metric.column): row for row in run.metrics} for run in (a, b)
    )
    keys = dict.fromkeys([*of_a, *of_b])
    return [
        ComparedMetric(of_a.get(key), of_b.get(key))
        for evaluator in dict.fromkeys(evaluator for evaluator, _ in keys)
        for key in keys
        if key[0] == evaluator
    ]


def _charted(metrics: Sequence[ComparedMetric]) -> list[tuple[str, Estimate, Estimate]]:
    """Title and both figures of the metrics that both runs have and that are in 0..1."""
    return [
        (row.one.metric.title, *row.estimates)
        for row in metrics
        if row.estimates is not None and not row.minor and not row.one.metric.unit
        if all(0 <= estimate.value <= 1 for estimate in row.estimates)
    ]


def _with_key(shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "video_id": shown["query"]["video_id"], "time": shown["query"]["time"]}


def _same(a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]) -> list[tuple[dict, dict]]:
    """The items of both runs that are of the same moment of the same video."""
    of_b = {(item["video_id"], round(item["time"], 3)): item for item in b}
    pairs = ((item, of_b.get((item["video_id"], round(item["time"], 3)))) for item in a)
    return [(item, other) for item, other in pairs if other is not None]


def _plots(a: RunSummary, b: RunSummary) -> list[dict[str, Any]]:
    """The pictures of figures that either run has, by evaluator and name."""
    titles = {one.result.evaluator: one.result.title for run in (a, b) for one in run.evaluations}
    plots = []
    for evaluator, title in titles.items():
        sides = [run.evaluation(evaluator) for run in (a, b)]
        for name in dict.fromkeys(name for one in sides if one for name in one.plots):
            folders = [one.folder if one and name in one.plots else None for one in sides]
            plots.append({"title": title, "name": name, "folders": folders})
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
