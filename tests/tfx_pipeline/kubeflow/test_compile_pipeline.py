"""The specification that `ots compile` writes."""

from __future__ import annotations

import re

import pytest
import yaml
from click.testing import CliRunner
from google.protobuf import json_format
from kfp import components
from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.types.channel import UnionChannel
from tfx.types.channel_utils import get_individual_channels

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import parameter_knobs
from objects_that_sound.tfx_pipeline.kubeflow.step import step_name
from objects_that_sound.tfx_pipeline.kubeflow.tfx_graph import tfx_graph
from objects_that_sound.tfx_pipeline.run_options import RunOptions

OWN = {"configure", "list-videos"}
"""Steps that are no nodes of the TFX pipeline."""


@pytest.fixture(scope="module")
def spec(package, local_kubeflow):
    return local_kubeflow.read_package(package)[0]


@pytest.fixture(scope="module")
def graph():
    """The TFX pipeline."""
    return tfx_graph(RunOptions(("videos",)), PushDestination("models"))


def _executors(spec) -> dict:
    """By task."""
    deployment = json_format.ParseDict(
        json_format.MessageToDict(spec.deployment_spec),
        pipeline_spec_pb2.PipelineDeploymentConfig(),
    )
    return {
        name: deployment.executors[spec.components[task.component_ref.name].executor_label]
        for name, task in spec.root.dag.tasks.items()
    }


def _compile(tmp_path, *options: str):
    arguments = ["compile", "--target", "kubeflow", "--image", "image:1", *options]
    if "--output" not in options:
        arguments += ["--output", str(tmp_path / "pipeline.yaml")]
    return CliRunner().invoke(main, arguments)


def test_kfp_takes_it_as_schema_2_1(package, spec):
    # Parsing it has refused fields that kfp's protos do not have.
    assert spec.schema_version == "2.1.0"
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,127}", spec.pipeline_info.name)
    loaded = components.load_component_from_file(str(package))
    assert set(loaded.component_spec.inputs) == {knob.name for knob in parameter_knobs()}


def test_it_has_the_steps_of_the_local_pipeline(spec, graph):
    nodes = {step_name(node.id) for node in graph.components}
    assert set(spec.root.dag.tasks) == nodes | OWN
    assert {"video-example-gen", "trainer", "model-gate", "pusher"} < nodes
    for node in graph.components:
        task = spec.root.dag.tasks[step_name(node.id)]
        there = {
            name: (
                one.task_output_artifact.producer_task,
                one.task_output_artifact.output_artifact_key,
            )
            for name, one in task.inputs.artifacts.items()
            if one.task_output_artifact.producer_task not in OWN
        }
        assert there == {
            f"{name}_{number}" if isinstance(channel, UnionChannel) else name: (
                step_name(one.producer_component_id),
                one.output_key,
            )
            for name, channel in node.inputs.items()
            for number, one in enumerate(get_individual_channels(channel))
        }
        upstream = {step_name(one.id) for one in node.upstream_nodes}
        assert set(task.dependent_tasks) - OWN == upstream


def test_open_source_kubeflow_can_run_every_step(spec):
    for name, executor in _executors(spec).items():
        assert executor.WhichOneof("spec") == "container", name
        assert not executor.container.HasField("lifecycle"), name  # drivers before the cache
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)
    for component in spec.components.values():
        kinds = (
            *component.input_definitions.artifacts.values(),
            *component.output_definitions.artifacts.values(),
        )
        assert {kind.artifact_type.schema_title for kind in kinds} <= {
            *("system.Artifact", "system.Dataset", "system.Model")
        }


def test_parameters_have_types_defaults_and_descriptions(spec):
    definitions = json_format.MessageToDict(spec.root.input_definitions)["parameters"]
    assert {name: one["description"] for name, one in definitions.items()} == {
        knob.name: knob.help for knob in parameter_knobs()
    }
    assert {name: one["parameterType"] for name, one in definitions.items()} == {
        "videos": "LIST",
        "push_destination": "STRING",
        "preset": "STRING",
        "settings": "LIST",
        "minutes": "NUMBER_DOUBLE",
        "thresholds": "LIST",
        "annotated": "BOOLEAN",
        "segments": "STRING",
        "eval_videos": "LIST",
        "group_regex": "STRING",
        "label_regex": "STRING",
        "label_tree": "STRING",
    }
    needed = {name for name, one in definitions.items() if "defaultValue" not in one}
    assert needed == {"videos", "push_destination"}
    assert definitions["preset"]["defaultValue"] == "real"


def test_everything_but_the_first_step_is_cached_and_retried(spec):
    for name, task in spec.root.dag.tasks.items():
        assert task.caching_options.enable_cache == (name != "configure")
        assert task.retry_policy.max_retry_count == 2


def test_no_step_imports_from_its_working_directory(spec):
    for executor in _executors(spec).values():
        command = [*executor.container.command, *executor.container.args]
        assert command[:3] == ["python", "-P", "-m"]


def test_options_reach_the_steps(compiled, local_kubeflow):
    path = compiled(
        *("--gpus", "2", "--accelerator", "nvidia.com/mig-1g.10gb", "--trainer-image", "gpu:1"),
        *("--node-selector", "pool=gpu", "--node-selector", "zone=a", "--volume", "data:/data"),
        *("--retries", "1", "--retries", "trainer=5", "--retries", "pusher=0"),
        *("--no-cache", "avc-evaluator", "--work-dir", "/data/work"),
        *("--parameter", "preset=smoke", "--parameter", "videos=/data/a"),
        *("--parameter", "settings=training.steps=9", "--parameter", "annotated=true"),
        *("--pipeline-root", "gs://bucket/artifacts", "--warm-start"),
        *("--sound-benchmark", "esc10:/data/esc10", "--beam-arg=--runner=FlinkRunner"),
    )
    spec, platforms = local_kubeflow.read_package(path)
    tasks, executors = spec.root.dag.tasks, _executors(spec)
    trainer = executors["trainer"].container
    assert trainer.resources.accelerator.resource_type == "nvidia.com/mig-1g.10gb"
    assert trainer.resources.accelerator.resource_count == "2"
    with_gpu = {name for name, one in executors.items() if one.container.HasField("resources")}
    assert with_gpu == {"trainer"}
    assert {one.container.image for name, one in executors.items() if name != "trainer"} == {
        "registry.example/objects-that-sound:1.0"
    }
    assert trainer.image == "gpu:1"
    retries = {name: task.retry_policy.max_retry_count for name, task in tasks.items()}
    assert retries == dict.fromkeys(tasks, 1) | {"trainer": 5, "pusher": 0}
    uncached = {name for name, task in tasks.items() if not task.caching_options.enable_cache}
    assert uncached == {"configure", "avc-evaluator"}
    with_work_dir = {name for name, one in executors.items() if "--work_dir" in one.container.args}
    assert with_work_dir == {"trainer", "video-example-gen"}
    defaults = json_format.MessageToDict(spec.root.input_definitions)["parameters"]
    assert defaults["preset"]["defaultValue"] == "smoke"
    assert defaults["videos"]["defaultValue"] == ["/data/a"]
    assert defaults["settings"]["defaultValue"] == ["training.steps=9"]
    assert defaults["annotated"]["defaultValue"] is True
    assert spec.default_pipeline_root == "gs://bucket/artifacts"
    assert tasks["trainer"].inputs.artifacts["base_model"].task_output_artifact.producer_task == (
        "latest-blessed-model"
    )
    judged = tasks["model-gate"].inputs.artifacts
    assert {
        one.task_output_artifact.producer_task
        for name, one in judged.items()
        if name.startswith("evaluations_")
    } == {
        *("avc-evaluator", "retrieval-evaluator", "localisation-evaluator"),
        "sound-benchmark-evaluator",
    }
    assert "--runner=FlinkRunner" in executors["video-example-gen"].container.args
    assert "--runner=FlinkRunner" not in executors["statistics-gen"].container.args

    kubernetes = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert set(kubernetes) == {f"exec-{name}" for name in tasks}
    assert kubernetes["exec-trainer"]["nodeSelector"] == {"labels": {"pool": "gpu", "zone": "a"}}
    assert sum("nodeSelector" in one for one in kubernetes.values()) == 1
    for one in kubernetes.values():
        assert [(mount["constant"], mount["mountPath"]) for mount in one["pvcMount"]] == [
            ("data", "/data")
        ]


def test_without_kubernetes_options_there_is_one_document(package):
    # Vertex AI's client reads no second one.
    assert len(list(yaml.safe_load_all(package.read_text()))) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--no-cache", "trainr"], "there is no step 'trainr', only configure, list-videos, "),
        (["--retries", "trainr=1"], "there is no step 'trainr'"),
        (["--retries", "often"], "'often' is neither a number nor STEP=NUMBER"),
        (["--parameter", "presets=demo"], "there is no parameter 'presets', only "),
        (["--parameter", "preset=large"], "preset must be 'real', 'demo', "),
        (["--parameter", "thresholds=avc>1"], "names no evaluator"),
        (["--node-selector", "gpu"], "'gpu' is not KEY=VALUE"),
        (["--volume", "data"], "'data' is not CLAIM:FOLDER"),
        (["--sound-benchmark", "esc10"], "'esc10' is not DATASET:FOLDER"),
        (["--beam-arg", "runner"], "'runner' is no option"),
        (["--beam-arg=--runner=FlinkRunner"], "--beam-arg needs --work-dir"),
        (["--output", "pipeline.txt"], "does not end in .yaml"),
    ],
)
def test_what_can_not_be_right_is_told(tmp_path, options, message):
    result = _compile(tmp_path, *options)
    assert result.exit_code != 0
    assert message in result.output
    assert not (tmp_path / "pipeline.yaml").exists()
