"""What a model server is told of how well a model was found to do."""

from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.serving.model_server.model_facts import read_model_facts
from objects_that_sound.tfx_pipeline.report.model_facts import write_model_facts
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

OTHER = MeasuredMetric(Metric("fires_noise", "Fires at noise", Better.LOWER), Estimate(0.1))
FOUND = {"title": "nDCG@30 by class", "value": 0.6, "low": 0.5, "high": 0.7, "chance": 0.22}


def _search(*figures: float, chance: float | None = 0.22) -> MeasuredMetric:
    metric = Metric("ndcg_image_audio", "nDCG@30 by class")
    return MeasuredMetric(metric, Estimate(*figures), chance=chance)


@pytest.mark.parametrize(
    ("metrics", "facts"),
    [
        ((OTHER,), {}),
        ((_search(0.6, 0.5, 0.7),), {"search": FOUND}),
        # Too few groups for an interval.
        ((_search(0.6),), {"search": FOUND | {"low": None, "high": None}}),
        ((_search(0.6, 0.5, 0.7, chance=None),), {}),
        ((MeasuredMetric(_search(0.6).metric, missing="one class"),), {}),
        ((), {}),
    ],
)
def test_the_server_reads_what_the_run_wrote(metrics, facts, tmp_path):
    result = EvaluationResult("one", "One", metrics)
    run = RunSummary("run", evaluations=(RunEvaluation("One", "", result),))
    write_model_facts(run, str(tmp_path))
    assert read_model_facts(tmp_path) == facts


def test_a_version_that_is_gone_is_not_made_anew(tmp_path):
    with pytest.raises(FileNotFoundError, match="not there any more"):
        write_model_facts(RunSummary("run"), str(tmp_path / "3"))
    assert not (tmp_path / "3").exists()
