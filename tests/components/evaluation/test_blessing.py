"""The verdict that an evaluator leaves."""

from __future__ import annotations

import pytest
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_to_json

FOUND = EvaluationResult(
    "avc", "Correspondence", [MeasuredMetric(Metric("avc", "AVC"), Estimate(0.8, 0.7, 0.9))]
)


class _Finder(Evaluator):
    def load_function(self):
        return lambda model, baseline_model, options, folder: FOUND


FINDER = _Finder("avc", "Correspondence", "", (), "", "", EvaluatorOptions)


@pytest.mark.parametrize(("bound", "blessed"), [(0.6, True), (0.75, False)])
def test_the_verdict_is_left_in_the_evaluation(bound, blessed, tmp_path):
    evaluation = Evaluation()
    evaluation.uri = str(tmp_path / "evaluation")
    asked = thresholds_to_json([Threshold("avc", at_least=bound)])
    model = standard_artifacts.Model()
    for thresholds in ("", asked):  # a second verdict replaces the first
        leave_evaluation(FINDER, evaluation, model, None, options="", thresholds=thresholds)
    names = {path.name for path in (tmp_path / "evaluation").iterdir()}
    assert names == {"metrics.json", "decisions.json", "BLESSED" if blessed else "NOT_BLESSED"}
    assert evaluation.get_int_custom_property("blessed") == int(blessed)
    result = read_evaluation_result(evaluation.uri)
    assert [decision.passed for decision in result.decisions] == [blessed]
    assert result.blessed is blessed
