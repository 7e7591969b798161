"""Runs as rows."""

from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import (
    Decision,
    RunSummary,
    SpanSummary,
    Stage,
)
from objects_that_sound.tfx_pipeline.report.run_table import headline_metrics, run_table

HEADLINE = Metric("accuracy", "Accuracy", rank=Rank.HEADLINE)
POINTING = Metric("pointing", "Pointing accuracy", rank=Rank.HEADLINE)


def _evaluation(*metrics: MeasuredMetric) -> RunEvaluation:
    return RunEvaluation("Node", "", EvaluationResult("ours", "Ours", metrics))


def test_the_headlines_of_any_run_are_columns_of_all():
    measured = _evaluation(
        MeasuredMetric(HEADLINE, Estimate(0.9)), MeasuredMetric(Metric("auc", "AUC"), Estimate(0.8))
    )
    other = _evaluation(
        MeasuredMetric(HEADLINE, missing="no labels"), MeasuredMetric(POINTING, Estimate(0.7))
    )
    summaries = [
        RunSummary("a", run_id="1", evaluations=(measured,), data={"num_videos": 5}),
        RunSummary("b", run_id="2", evaluations=(other,)),
    ]
    assert headline_metrics(summaries) == [HEADLINE, POINTING]
    first, second = run_table(summaries)
    assert list(first) == list(second)
    assert "auc" not in first
    assert (first["accuracy"], first["pointing"], first["videos"]) == (0.9, None, 5)
    assert (second["accuracy"], second["pointing"], second["videos"]) == (None, 0.7, None)


@pytest.mark.parametrize(
    ("one", "other"), [("by class", "by video"), ("ESC-10", "185 of 400 of ESC-10")]
)
def test_what_is_measured_on_another_basis_is_another_column(one, other):
    summaries = [
        RunSummary(str(number), evaluations=(_evaluation(MeasuredMetric(metric, Estimate(value))),))
        for number, metric, value in (
            (1, HEADLINE.on(one), 0.9),
            (2, HEADLINE.on(other), 0.2),
            (3, HEADLINE.on(one), 0.8),
        )
    ]
    titles = [metric.title for metric in headline_metrics(summaries)]
    assert titles == [f"Accuracy, {one}", f"Accuracy, {other}"]
    rows = run_table(summaries)
    assert [row[f"accuracy, {one}"] for row in rows] == [0.9, None, 0.8]
    assert [row[f"accuracy, {other}"] for row in rows] == [None, 0.2, None]


def test_a_span_has_its_number_and_its_window():
    decision = Decision(True, pushed_version="17")
    summary = RunSummary("c", decision=decision, span=SpanSummary(3, (1, 3)))
    [row] = run_table([summary])
    assert (row["span"], row["window"]) == (3, "1,3")
    assert (row["version"], row["decision"]) == ("17", "pushed")


@pytest.mark.parametrize(
    ("decision", "failed", "words"),
    [
        (Decision(blessed=False), "", "not blessed"),
        (Decision(blessed=True), "", "blessed, not pushed"),
        (Decision(), "", "not finished"),
        (Decision(), "Trainer", "Trainer failed"),
        (Decision(), "DataGate", "videos refused"),
    ],
)
def test_what_became_of_a_run(decision, failed, words):
    stages = (Stage(failed, 1.0, "failed"),) if failed else ()
    [row] = run_table([RunSummary("t", decision=decision, stages=stages)])
    assert row["decision"] == words
