"""What a report reads of artifacts."""

from __future__ import annotations

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.tfx_pipeline.report.artifact_files import decision_texts
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation


def test_a_decision_begins_with_the_title_of_its_figure():
    decisions = [
        Decision("avc_accuracy", False, "avc_accuracy 0.610 is below 0.800"),
        Decision("avc_accuracy", True, "the sounds are as loud as those of training"),
        Decision("load_seconds", True, "load_seconds is no metric of the evaluator"),
    ]
    metric = MeasuredMetric(Metric("avc_accuracy", "AVC accuracy"), Estimate(0.61))
    result = EvaluationResult("avc", "Correspondence", [metric], decisions=decisions)
    validation = {"decisions": [{"passed": False, "text": "loading took 60 s"}]}
    passed, failed = decision_texts([RunEvaluation("AvcEvaluator", "", result)], validation)
    assert passed == tuple(one.text for one in decisions[1:])
    assert failed == ("AVC accuracy 0.610 is below 0.800", "loading took 60 s")
