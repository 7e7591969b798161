"""The figures of a run as one JSON object."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from objects_that_sound.tfx_pipeline.report.measured_metric import measured_metrics
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary, SpanSummary


def report_json(summary: RunSummary) -> dict[str, Any]:
    """Gathers a run's figures.

    Args:
        summary: the run.

    Returns:
        `avc_accuracy`, `avc_chance`, `avc_ceiling`, `avc_auc`, `colour_histogram_accuracy`,
        `localisation`, `retrieval`, `sound_benchmark` (their `metrics.json`), `blessed`,
        `reasons`, `decisions` (a row for every metric that the gate looked at), `pushed_version`,
        `pushed_destination`, `served`, `serving`, `stages`, `data`, `rejects`, `parameters`,
        `history`, `span` (of a continuous run), `title`, `run_id`, `root`; null or empty where the
        run has no such part.
    """
    avc = summary.evaluation("AvcEvaluator").metrics
    baselines = summary.evaluation("BaselineEvaluator").metrics
    report = {
        "title": summary.title,
        "run_id": summary.run_id,
        "root": summary.root,
        "avc_accuracy": avc.get("avc_accuracy"),
        "avc_chance": baselines.get("chance"),
        "avc_ceiling": baselines.get("ceiling"),
        "avc_auc": avc.get("avc_auc"),
        "avc_confidence": avc.get("confidence", {}),
        "colour_histogram_accuracy": (baselines.get("colour_histogram") or {}).get("accuracy"),
        "localisation": summary.evaluation("LocalisationEvaluator").metrics or None,
        "retrieval": summary.evaluation("RetrievalEvaluator").metrics or None,
        "sound_benchmark": summary.evaluation("SoundBenchmarkEvaluator").metrics or None,
        "blessed": summary.decision.blessed,
        "reasons": list(summary.decision.reasons),
        "decisions": [
            dataclasses.asdict(row)
            for result in summary.evaluations
            for row in measured_metrics(result)
            if row.passed is not None
        ],
        "pushed_version": summary.decision.pushed_version,
        "pushed_destination": summary.decision.pushed_destination,
        "served": summary.serving is not None,
        "serving": summary.serving,
        "stages": [dataclasses.asdict(stage) for stage in summary.stages],
        "data": summary.data,
        "rejects": list(summary.rejects),
        "parameters": summary.parameters,
        "history": summary.history,
        "span": _span(summary.span),
    }
    return _without_nan(report)


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
