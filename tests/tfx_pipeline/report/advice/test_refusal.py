"""Which bound refused a model, and which option changes it."""

from __future__ import annotations

import shlex

import pytest

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.components.evaluation.threshold import parse_threshold
from objects_that_sound.tfx_pipeline.report.advice.refusal import refusal_sentences, refusals
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

ACCURACY = MeasuredMetric(
    Metric("avc_accuracy", "AVC accuracy"),
    Estimate(0.5704, 0.5318, 0.6096),
    Estimate(-0.05, -0.0712, -0.03),
)
FIRES = MeasuredMetric(
    Metric("fires_silence", "Fires at silence", Better.LOWER),
    Estimate(0.3, 0.2511, 0.3512),
    Estimate(0.1, 0.05, 0.1501),
)
FEW = MeasuredMetric(Metric("few", "Few"), Estimate(0.9))
MISSING = MeasuredMetric(Metric("missing", "Missing"), missing="no example defines it")
MEASURED = {one.metric.name: one for one in (ACCURACY, FIRES, FEW, MISSING)}


def _summary(*asks: str) -> RunSummary:
    thresholds = tuple(map(parse_threshold, asks))
    measured = list(MEASURED.values())
    decisions = decide(thresholds, measured, has_baseline=True)
    result = EvaluationResult("avc", "Correspondence", measured, decisions=decisions)
    evaluations = (RunEvaluation("AvcEvaluator", "", result),)
    return RunSummary("A run", evaluations=evaluations, thresholds={"avc": thresholds})


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        ("avc_accuracy>=0.8", "avc_accuracy>=0.531"),
        ("avc_accuracy>=0.8:max_loss=0.2", "avc_accuracy>=0.531:max_loss=0.2"),
        ("avc_accuracy>=0.5:max_loss=0.02", "avc_accuracy>=0.5:max_loss=0.072"),
        ("avc_accuracy>=0.8:max_loss=0.02", "avc_accuracy>=0.531:max_loss=0.072"),
        ("fires_silence<=0.1", "fires_silence<=0.352"),
        ("fires_silence<=0.5:max_loss=0.01", "fires_silence<=0.5:max_loss=0.151"),
    ],
)
def test_the_option_asks_just_what_the_model_keeps_and_no_less_of_other_bounds(asked, option):
    [refusal] = refusals(_summary(asked))
    assert shlex.split(refusal.option) == [f"--threshold=avc:{option}"]
    measured = [MEASURED[parse_threshold(option).metric]]
    decisions = decide([parse_threshold(option)], measured, has_baseline=True)
    assert all(one.passed for one in decisions)


def test_one_refused_metric_is_enough_to_change():
    found = refusals(_summary("avc_accuracy>=0.8", "fires_silence<=0.5"))
    text = " ".join(refusal_sentences(found))
    assert "The bound on avc_accuracy that refused the model is: ≥ 0.8." in text
    assert "this option alone is enough to push it" in text
    assert "The option --threshold='avc:avc_accuracy>=0.531' asks only for what" in text
    assert "fires_silence" not in text


def test_of_two_refused_metrics_one_is_not_enough():
    found = refusals(_summary("avc_accuracy>=0.8", "fires_silence<=0.1"))
    text = " ".join(refusal_sentences(found))
    assert "One of these options alone is not enough to push the model" in text
    assert text.endswith(
        "with all 2: --threshold='avc:avc_accuracy>=0.531' --threshold='avc:fires_silence<=0.352'. "
        "The model gets no better by that."
    )


def test_two_bounds_of_one_metric_need_one_option():
    found = refusals(_summary("avc_accuracy>=0.8:max_loss=0.02"))
    text = " ".join(refusal_sentences(found))
    assert "The bounds on avc_accuracy that refused the model are: ≥ 0.8 and loss ≤ 0.02." in text
    assert "this option alone is enough" in text


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("few>=0.5", "nothing is sure with so few held-out scenes"),
        ("missing>=0.5", "it was not measured, as no example defines it"),
    ],
)
def test_what_no_option_changes_is_said(asked, why):
    found = refusals(_summary(asked, "avc_accuracy>=0.8"))
    text = " ".join(refusal_sentences(found))
    assert f"No option changes that: {why}." in text
    assert text.endswith("So no option pushes this model.")


def test_a_model_that_was_not_refused_has_no_refusals():
    assert refusals(_summary("avc_accuracy>=0.5")) == []
    assert refusals(_summary()) == []
    assert refusal_sentences([]) == []
