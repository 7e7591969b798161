"""A run as a row of a table."""

from __future__ import annotations

from typing import Any

from objects_that_sound.tfx_pipeline.report.measured_metric import measured_metrics
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

_METRICS = {
    "AvcEvaluator": "avc_accuracy",
    "LocalisationEvaluator": "pointing_accuracy",
    "RetrievalEvaluator": "ndcg_image_audio",
}


def run_row(summary: RunSummary) -> dict[str, Any]:
    """Picks what tells runs from each other.

    Args:
        summary: of the run.

    Returns:
        By name of the column; None where the run has no such figure.
    """
    span = summary.span
    row: dict[str, Any] = {
        "run": summary.run_id,
        "span": span.number if span else None,
        "window": ",".join(map(str, span.window)) or None if span else None,
        "videos": summary.data.get("num_videos"),
        "examples": summary.data.get("num_examples"),
    }
    for node, name in _METRICS.items():
        measured = measured_metrics(summary.evaluation(node))
        row[name] = next((one.figure.value for one in measured if one.metric == name), None)
    return {**row, "decision": _decision(summary), "version": summary.decision.pushed_version}


def _decision(summary: RunSummary) -> str:
    failed = [stage.name for stage in summary.stages if stage.status == "failed"]
    if "DataGate" in failed:
        return "videos refused"
    if failed:
        return f"{failed[0]} failed"
    if summary.decision.pushed_version:
        return "pushed"
    if summary.decision.blessed is None:
        return "not finished"
    return "blessed, not pushed" if summary.decision.blessed else "not blessed"
