"""What is pushed on Kubeflow has its facts."""

from __future__ import annotations

import pathlib

import pytest
from tfx import v1 as tfx
from tfx.types import standard_artifacts
from tfx.utils import proto_utils

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.serving.model_server.model_facts import read_model_facts
from objects_that_sound.tfx_pipeline.kubeflow.facts_pusher.executor import Executor


@pytest.fixture
def push(tmp_path):
    """Pushes a model; returns the folders of all versions."""
    saved = tmp_path / "model" / "Format-Serving"
    saved.mkdir(parents=True)
    (saved / "saved_model.pb").write_text("graph")
    measured = MeasuredMetric(
        Metric("ndcg_image_audio", "nDCG@30 by class"), Estimate(0.6, 0.5, 0.7), chance=0.22
    )
    for name, metrics in (("retrieval", (measured,)), ("avc", ())):
        (tmp_path / name).mkdir()
        EvaluationResult(name, name, metrics).write(str(tmp_path / name))

    def artifact(artifact_class, name: str, **properties: int):
        made = artifact_class()
        made.uri = str(tmp_path / name)
        (tmp_path / name).mkdir(exist_ok=True)
        for key, value in properties.items():
            made.set_int_custom_property(key, value)
        return made

    def run(*, blessed: bool) -> list[pathlib.Path]:
        destination = tfx.proto.PushDestination(
            filesystem=tfx.proto.PushDestination.Filesystem(base_directory=str(tmp_path / "served"))
        )
        Executor().Do(
            {
                "model": [artifact(standard_artifacts.Model, "model")],
                "model_blessing": [
                    artifact(standard_artifacts.ModelBlessing, "gate", blessed=int(blessed))
                ],
                "evaluations": [artifact(Evaluation, name) for name in ("avc", "retrieval")],
            },
            {"pushed_model": [artifact(standard_artifacts.PushedModel, "pushed")]},
            {"push_destination": proto_utils.proto_to_json(destination)},
        )
        return list((tmp_path / "served").glob("*"))

    return run


def test_the_facts_of_a_version_are_what_the_evaluators_found(push):
    [version] = push(blessed=True)
    assert (version / "saved_model.pb").read_text() == "graph"
    assert read_model_facts(version) == {
        "search": {
            "title": "nDCG@30 by class",
            "value": 0.6,
            "low": 0.5,
            "high": 0.7,
            "chance": 0.22,
        }
    }


def test_what_is_refused_is_not_pushed(push):
    assert push(blessed=False) == []
