"""Metrics beside what was decided on them."""

from __future__ import annotations

import json

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric, judged_metrics

POINTING = MeasuredMetric(Metric("pointing", "Pointing"), Estimate(0.8, 0.7, 0.9))
SILENCE = MeasuredMetric(Metric("silence", "Silence", Better.LOWER, Rank.MINOR), Estimate(0.1))
ENOUGH = Decision("pointing", True, "enough", "≥ 0.6")
LOST = Decision("pointing", False, "a loss", "loss ≤ 0.02")


def _judge(*decisions: Decision) -> list[JudgedMetric]:
    result = EvaluationResult("ours", "Ours", (POINTING, SILENCE), decisions=decisions)
    return judged_metrics(result)


def test_every_bound_on_a_metric_must_be_kept():
    pointing, silence = _judge(ENOUGH, LOST)
    assert (pointing.decisions, pointing.passed) == ((ENOUGH, LOST), False)
    assert (silence.decisions, silence.passed) == ((), None)
    assert _judge(ENOUGH)[0].passed is True


def test_a_minor_metric_is_not_folded_away_where_it_was_decided_on():
    assert [one.minor for one in _judge()] == [False, True]
    decided = Decision("silence", True, "dark", "≤ 0.2")
    assert [one.minor for one in _judge(decided)] == [False, False]


def test_nobody_judged():
    [one] = judged_metrics(EvaluationResult("ours", "Ours", (POINTING,)))
    assert (one.evaluator_title, one.metric, one.passed) == ("Ours", POINTING.metric, None)


def test_json_has_figures_and_decisions():
    row = _judge(ENOUGH)[0].to_json()
    assert json.loads(json.dumps(row)) == row
    assert (row["evaluator"], row["name"], row["value"]) == ("ours", "pointing", 0.8)
    assert [one["text"] for one in row["decisions"]] == ["enough"]
