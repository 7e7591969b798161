"""An evaluator in a folder of its own is part of pipeline and gate by one line of the registry.

It is a command of `ots evaluate`, too (commands/evaluate/test_invented_evaluator.py), and whatever an
evaluator finds is in report and comparison (report/test_invented_evaluator.py).
"""

from __future__ import annotations

import dataclasses
import pathlib

import pytest
from tfx.types import standard_artifacts

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.components.model_gate.gate import gate
from objects_that_sound.tfx_pipeline.pipeline import create_pipeline
from objects_that_sound.tfx_pipeline.report.collect import collect_run
from objects_that_sound.tfx_pipeline.report.comparison import compare_metrics
from objects_that_sound.tfx_pipeline.report.run_evaluation import read_run_evaluations
from objects_that_sound.tfx_pipeline.run_options import RunOptions


def _node(tmp_path: pathlib.Path, *thresholds: str):
    options = RunOptions(("videos",), preset="smoke", thresholds=thresholds)
    pipeline = create_pipeline(
        options,
        video_list=str(tmp_path / "videos.csv"),
        pipeline_root=str(tmp_path),
        serving_dir=str(tmp_path),
        search_dir=str(tmp_path),
    )
    nodes = {node.id: node for node in pipeline.components}
    assert "NoiseEvaluator" in {node.id for node in nodes["ModelGate"].upstream_nodes}
    return nodes["NoiseEvaluator"]


def _artifact(kind: type, uri: pathlib.Path | str):
    artifact = kind()
    artifact.uri = str(uri)
    return artifact


@pytest.mark.parametrize(("bound", "blessed"), [("-5", True), ("-30", False)])
def test_the_gate_goes_by_it(bound, blessed, invented_evaluator, root, first_run, tmp_path):
    node = _node(tmp_path, f"background_noise:loudness<={bound}")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "gain").write_text("0")  # dB
    [examples] = (root / "artifacts" / "VideoExampleGen" / "examples").iterdir()
    evaluation = _artifact(Evaluation, tmp_path / "evaluation")
    pathlib.Path(evaluation.uri).mkdir()
    node.EXECUTOR_SPEC.executor_class().Do(
        {
            "examples": [_artifact(standard_artifacts.Examples, examples)],
            "model": [_artifact(standard_artifacts.Model, tmp_path / "model")],
        },
        {"evaluation": [evaluation]},
        {name: value for name, value in node.exec_properties.items() if value is not None},
    )
    verdict = gate([evaluation.uri])
    assert verdict.blessed is blessed
    [decision] = verdict.decisions
    assert (decision["evaluator"], decision["metric"]) == ("background_noise", "loudness")

    found = read_run_evaluations([(node.id, evaluation.uri)])
    summary = collect_run(root, "objects-that-sound")
    titles = [row.one.metric.title for row in compare_metrics(summary, _with(summary, found))]
    assert "Mean loudness" in titles
    assert read_evaluation_result(evaluation.uri)["loudness"].value < 0


def _with(summary, evaluations):
    return dataclasses.replace(summary, evaluations=(*summary.evaluations, *evaluations))


def test_a_bound_on_it_is_checked_before_anything_runs(invented_evaluator):
    for wrong in ("background_noise:quiet<=0.5", "background_noise:hum>=0.5"):
        with pytest.raises(ValueError, match="background_noise"):
            RunOptions(("videos",), preset="smoke", thresholds=(wrong,))
