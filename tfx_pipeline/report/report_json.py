"""The figures of a run as one JSON object."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.tfx_pipeline.report.advice.advice import advise
from objects_that_sound.tfx_pipeline.report.judged_metric import judged_metrics
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary, SpanSummary


def report_json(summary: RunSummary) -> dict[str, Any]:
    """Gathers a run's figures.

    Args:
        summary: the run.

    Returns:
        `advice` (see `Advice`), `evaluations` (by name of the evaluator: its `metrics.json`, the metrics by their names),
        `blessed`, `reasons`, `decisions` (a row for every bound of the gate), `pushed_version`,
        `pushed_destination`, `served`, `serving`, `stages`, `data`, `videos`, `learning_curve`,
        `rejects`, `parameters`, `history`, `span` (of a continuous run), `held_out_clips`, `trend` (a
        row a run of the root, see `run_table`), `title`, `run_id`, `root`; null or empty where the run
        has no such part.
    """
    results = [one.result for one in summary.evaluations]
    report = {
        "title": summary.title,
        "run_id": summary.run_id,
        "root": summary.root,
        "advice": advise(summary).to_json(),
        "evaluations": {result.evaluator: _evaluation(result) for result in results},
        "blessed": summary.decision.blessed,
        "reasons": list(summary.decision.reasons),
        "decisions": [row for result in results for row in _decisions(result)],
        "pushed_version": summary.decision.pushed_version,
        "pushed_destination": summary.decision.pushed_destination,
        "served": summary.serving is not None,
        "serving": summary.serving,
        "stages": [dataclasses.asdict(stage) for stage in summary.stages],
        "data": summary.data,
        "videos": dataclasses.asdict(summary.videos) if summary.videos else None,
        "learning_curve": summary.learning_curve.to_json() if summary.learning_curve else None,
        "rejects": list(summary.rejects),
        "parameters": summary.parameters,
        "history": summary.history.to_json() if summary.history else None,
        "span": _span(summary.span),
        "held_out_clips": [dataclasses.asdict(one) for one in summary.held_out_clips or ()],
        "trend": list(summary.trend),
    }
    return _without_nan(report)


def _evaluation(result: EvaluationResult) -> dict[str, Any]:
    content = result.to_json()
    return {**content, "metrics": {one["name"]: one for one in content["metrics"]}}


def _decisions(result: EvaluationResult) -> list[dict[str, Any]]:
    rows = []
    for judged in judged_metrics(result):
        measured = judged.measured.to_json()
        figures = {name: measured[name] for name in ("title", "value", "low", "high", "change")}
        rows += [
            {"evaluator": judged.evaluator, **figures, **dataclasses.asdict(decision)}
            for decision in judged.decisions
        ]
    return rows


def _span(span: SpanSummary | None) -> dict[str, Any] | None:
    if span is None:
        return None
    rows = [
        {**dataclasses.asdict(one), "passed": one.passed, "too_few": one.too_few}
        for one in span.comparisons
    ]
    return {
        "number": span.number,
        "window": list(span.window),
        "overruled": span.overruled,
        "comparisons": rows,
    }


def _without_nan(value: Any) -> Any:
    """JSON has no NaN and no infinity: a diverged run's figures become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value
