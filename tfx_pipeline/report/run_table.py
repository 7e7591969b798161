"""Runs as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


def headline_metrics(summaries: Sequence[RunSummary]) -> list[Metric]:
    """Finds the metrics that are a column of their own: the headlines of any of the runs.

    What is measured on different bases (by class and by video, say) stands in different columns.
    """
    found = {
        one.metric.column: one.metric
        for summary in summaries
        for evaluation in summary.evaluations
        for one in evaluation.result.metrics
        if one.metric.rank is Rank.HEADLINE
    }
    return list(found.values())


def run_table(summaries: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """Picks what tells runs from each other.

    Args:
        summaries: of the runs.

    Returns:
        A row a run, by name of the column; None where the run has no such figure.
    """
    metrics = headline_metrics(summaries)
    return [_row(summary, metrics) for summary in summaries]


def _row(summary: RunSummary, metrics: Sequence[Metric]) -> dict[str, Any]:
    span = summary.span
    values = {
        one.metric.column: one.value
        for evaluation in summary.evaluations
        for one in evaluation.result.metrics
    }
    return {
        "run": summary.run_id,
        "span": span.number if span else None,
        "window": ",".join(map(str, span.window)) or None if span else None,
        "videos": summary.data.get("num_videos"),
        "examples": summary.data.get("num_examples"),
        **{metric.column: values.get(metric.column) for metric in metrics},
        "decision": _decision(summary),
        "version": summary.decision.pushed_version,
    }


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
