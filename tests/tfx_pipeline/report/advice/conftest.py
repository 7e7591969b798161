"""Runs as the advice sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.components.evaluation.threshold import parse_threshold
from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import LearningCurve
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts

ACCURACY = Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE)

RISING = [0.50, 0.52, 0.55, 0.57, 0.60, 0.62, 0.64, 0.66, 0.67, 0.69]
LEVEL = [0.50, 0.55, 0.60, 0.62, 0.61, 0.62, 0.61, 0.62, 0.61, 0.62]


@pytest.fixture
def training() -> Callable[..., TrainingHistory]:
    """`training(accuracy, val_loss)`: its curves; the loss falls all the time."""

    def make(accuracy: Sequence[float], val_loss: Sequence[float] = (), **more) -> TrainingHistory:
        epochs = len(accuracy)
        curves = {
            "step": [100.0 * (epoch + 1) for epoch in range(epochs)],
            "loss": [1.0 - 0.05 * epoch for epoch in range(epochs)],
            "avc_accuracy": [0.5 + 0.04 * epoch for epoch in range(epochs)],
            "val_avc_accuracy": list(accuracy),
            "val_loss": list(val_loss) or [1 - value for value in accuracy],
        }
        return TrainingHistory(curves, **({"exported": epochs - 1, "chosen": False} | more))

    return make


@pytest.fixture
def finished(training) -> Callable[..., RunSummary]:
    """`finished(0.57, 0.53, 0.61)`: a run with that AVC accuracy; it is pushed if nothing refuses."""

    def make(
        value: float, low: float, high: float, *, asks: Sequence[str] = (), **more
    ) -> RunSummary:
        chance, baselines = more.pop("chance", 0.5), more.pop("baselines", {})
        measured = MeasuredMetric(
            ACCURACY, Estimate(value, low, high), chance=chance, baselines=baselines
        )
        thresholds = tuple(map(parse_threshold, asks))
        decisions = decide(thresholds, [measured], has_baseline=False)
        result = EvaluationResult("avc", "Correspondence", [measured], decisions=decisions)
        refusing = tuple(one.text for one in decisions if not one.passed)
        decision = Decision(False, refusing) if refusing else Decision(True, (), "17", "serving/17")
        fields = {
            "root": "runs/mine",
            "candidate": "runs/mine/artifacts/Trainer/model/9",
            "decision": decision,
            "evaluations": (RunEvaluation("AvcEvaluator", "", result),),
            "thresholds": {"avc": thresholds},
            "history": training(LEVEL),
            "videos": VideoCounts({"train": 400, "eval": 100}, {"train": 80, "eval": 20}, 7200),
        }
        return RunSummary("A run", **(fields | more))

    return make


@pytest.fixture
def curve() -> Callable[..., LearningCurve]:
    """`curve(gain)`: of models that learnt from 100, 200 and 400 clips."""

    def make(gain: Estimate | None = None) -> LearningCurve:
        gain = gain or Estimate(0.02, 0.005, 0.035)
        figures = tuple(Estimate(one, one - 0.04, one + 0.04) for one in (0.53, 0.55, 0.57))
        forecast = tuple(Estimate(one, one - 0.04, one + 0.04) for one in (0.59, 0.61))
        return LearningCurve("AVC accuracy", (100, 200, 400), (20, 40, 80), figures, gain, forecast)

    return make
