"""The sentence that a report begins with."""

from __future__ import annotations

import dataclasses

import pytest

from objects_that_sound.components.evaluation.decision import Decision as Bound
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.tfx_pipeline.report.advice.opening import opening_sentence
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts


def _run(
    estimate: Estimate,
    decision: Decision,
    *bounds: Bound,
    metric: str = "avc_accuracy",
    chance: float = 0.5,
) -> RunSummary:
    measured = MeasuredMetric(Metric(metric, metric, rank=Rank.HEADLINE), estimate, chance=chance)
    result = EvaluationResult("one", "One", (measured,), decisions=bounds)
    return RunSummary(
        "run",
        decision=decision,
        candidate="model",
        evaluations=(RunEvaluation("One", "", result),),
        videos=VideoCounts({"train": 96, "eval": 20}),
    )


KEPT = Bound("avc_accuracy", True, "enough", "≥ 0.5")
MISSED = Bound("avc_accuracy", False, "too low", "≥ 0.9")
PUSHED = Decision(True, (), "17", "d")


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            _run(Estimate(0.61, 0.55, 0.67), PUSHED, KEPT),
            "The model that learnt from 96 clips tells whether a sound and a picture belong together "
            "in 61% of held-out cases, which is surely better than guessing (50%), and it was "
            "pushed as version 17 because it met every bound of the gate.",
        ),
        (
            _run(Estimate(0.52, 0.45, 0.6), PUSHED),
            "The model that learnt from 96 clips tells whether a sound and a picture belong together "
            "in 52% of held-out cases, which may be no better than guessing (50%), and it was "
            "pushed as version 17 because nothing was asked of it.",
        ),
        (
            _run(Estimate(0.4, 0.35, 0.45), Decision(False, ("too low",)), MISSED),
            "The model that learnt from 96 clips tells whether a sound and a picture belong together "
            "in 40% of held-out cases, which is worse than guessing (50%), and it was not "
            "pushed because 1 figure did not meet the bounds of the gate.",
        ),
        (
            _run(Estimate(0.81, 0.7, 0.9), Decision(True), metric="ndcg_image_audio", chance=0.22),
            "The model that learnt from 96 clips finds the sounds that fit a picture with a score of "
            "0.81, where 1 is perfect, which is surely better than guessing (0.22), and it was "
            "not pushed because it failed the test of serving it.",
        ),
        (
            RunSummary("run", decision=Decision(None, ("Trainer failed",))),
            "No model was trained: it was not pushed because the run did not reach a decision.",
        ),
    ],
)
def test_it_says_what_was_learnt_how_sure_and_why_it_was_pushed_or_not(run, sentence):
    assert opening_sentence(run) == sentence


def test_a_model_that_was_not_measured_is_said_to_be_so():
    run = dataclasses.replace(_run(Estimate(0.6), Decision(None)), evaluations=())
    assert opening_sentence(run).startswith("The model was not measured, and it was not pushed")
