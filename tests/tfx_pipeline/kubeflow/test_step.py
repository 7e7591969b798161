"""Nodes of a TFX pipeline as steps; no `from __future__ import annotations`, which TFX can't read."""

import json
import pathlib
from typing import List  # noqa: UP035 - TFX reads no other annotation

import pytest
from kfp import compiler, dsl
from tfx import v1 as tfx
from tfx.types.channel_utils import union
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.kubeflow.kfp_components import step_component
from objects_that_sound.tfx_pipeline.kubeflow.run_step import PROPERTIES
from objects_that_sound.tfx_pipeline.kubeflow.step import StepInput, steps

MODEL = "tfx.types.standard_artifacts.Model"


@component
def Say(said: OutputArtifact[Model], word: Parameter[str], loud: Parameter[bool] = False):  # noqa: N802
    """Writes a word, in capitals where `loud` is a bool and true."""
    pathlib.Path(said.uri).mkdir(parents=True, exist_ok=True)
    pathlib.Path(said.uri, "words").write_text(word.upper() if loud is True else word)


@component
def Join(  # noqa: N802
    words: InputArtifact[List[Model]],  # noqa: UP006
    last: InputArtifact[Model],
    said: OutputArtifact[Model],
    between: Parameter[str] = "+",
):
    """Writes all words."""
    pathlib.Path(said.uri).mkdir(parents=True, exist_ok=True)
    joined = between.join(pathlib.Path(one.uri, "words").read_text() for one in [*words, last])
    pathlib.Path(said.uri, "words").write_text(joined)


@component
def Measure(said: InputArtifact[Model], evaluation: OutputArtifact[Evaluation]):  # noqa: N802
    """Measures a word, but not how loud it is."""
    word = pathlib.Path(said.uri, "words").read_text()
    letters = MeasuredMetric(Metric("letters", "Letters"), Estimate(float(len(word))))
    share = sum(letter in "aeiou" for letter in word) / len(word)
    vowels = MeasuredMetric(Metric("vowels", "Vowels").on("by letter"), Estimate(share))
    loudness = MeasuredMetric(Metric("loudness", "Loudness"), missing="nobody spoke")
    EvaluationResult("word", "Word", (letters, vowels, loudness)).write(evaluation.uri)


@pytest.fixture(scope="module")
def pipeline() -> tfx.dsl.Pipeline:
    """Three components that say a word each; two of them are a union."""
    one, two = (Say(word=word).with_id(f"Say.{word}") for word in ("one", "two"))
    three = Say(word="three", loud=True).with_id("Say.three")
    join = Join(words=union([one.outputs["said"], two.outputs["said"]]), last=three.outputs["said"])
    return tfx.dsl.Pipeline("words", "root", components=[one, two, three, join])


def test_each_source_of_a_union_is_an_input_of_its_own(pipeline):
    *_, join = steps(pipeline)
    assert join.inputs == (
        StepInput("words_0", "words", "say-one", "said", MODEL),
        StepInput("words_1", "words", "say-two", "said", MODEL),
        StepInput("last", "last", "say-three", "said", MODEL),
    )
    assert join.after == ("say-one", "say-three", "say-two")


def test_a_query_of_ml_metadata_is_refused(pipeline):
    query = tfx.dsl.Channel(type=Model)
    join = Join(words=union([query]), last=query)
    with pytest.raises(ValueError, match="input words of Join is not the output of a component"):
        steps(tfx.dsl.Pipeline("words", "root", components=[join]))


@pytest.fixture
def run(local_kubeflow, tmp_path):
    """Runs a TFX pipeline in the stand-in; returns the cluster and what the steps left."""

    def run(pipeline: tfx.dsl.Pipeline):
        given = {node.id: node.exec_properties for node in pipeline.components}

        @dsl.pipeline(name="words")
        def compiled():
            tasks = {}
            for step, properties in zip(steps(pipeline), given.values(), strict=True):
                inputs = {one.name: tasks[one.step].outputs[one.output] for one in step.inputs}
                inputs[PROPERTIES] = json.dumps(
                    {name: value for name, value in properties.items() if value is not None}
                )
                tasks[step.name] = step_component(step, Deployment("image:1"))(**inputs)

        package = tmp_path / "words.yaml"
        compiler.Compiler().compile(compiled, str(package))
        cluster = local_kubeflow.LocalKubeflow(tmp_path / "cluster", in_process=True)
        return cluster, cluster.run(package, {})

    return run


def test_components_made_of_functions_run_as_steps(pipeline, run):
    cluster, results = run(pipeline)
    joined = results["join"].artifacts["said"]
    assert (cluster.path(joined["uri"]) / "words").read_text() == "one+two+THREE"


def test_what_an_evaluator_measured_is_metadata_that_kubeflow_compares(run):
    word = Say(word="word")
    measure = Measure(said=word.outputs["said"])
    [_, step] = steps(tfx.dsl.Pipeline("words", "root", components=[word, measure]))
    outputs = step_component(step, Deployment("image:1")).component_spec.outputs
    assert outputs["evaluation"].type == "system.Metrics@0.0.1"
    _, results = run(tfx.dsl.Pipeline("words", "root", components=[word, measure]))
    figures = results["measure"].artifacts["evaluation"]["metadata"]
    assert figures["letters"] == 4
    assert figures["vowels, by letter"] == 0.25
    assert "loudness" not in figures
