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
            *("system.Artifact", "system.Dataset", "system.Metrics", "system.Model")
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
        "data_license": "STRING",
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
        *("--node-selector", "trainer=pool=gpu", "--node-selector", "trainer=zone=a"),
        *("--volume", "data:/data"),
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


def _kubernetes(platforms: dict) -> dict[str, dict]:
    """By step, what Kubernetes is told."""
    executors = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return {name.removeprefix("exec-"): one for name, one in executors.items()}


@pytest.fixture(scope="module")
def steps(reporting, local_kubeflow) -> dict[str, dict]:
    """By step of the pipeline that `reporting` is, what Kubernetes is told."""
    _, platforms = local_kubeflow.read_package(reporting)
    executors = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return {name.removeprefix("exec-"): one for name, one in executors.items()}


@pytest.fixture(scope="module")
def inner(reporting, local_kubeflow):
    """Its specification, with the tasks that the report follows in the place of all."""
    spec = local_kubeflow.read_package(reporting)[0]
    spec.root.dag.CopyFrom(spec.components["comp-exit-handler-1"].dag)
    return spec


def test_a_report_of_failures_follows_in_any_case(reporting, local_kubeflow, spec, inner, steps):
    outer = local_kubeflow.read_package(reporting)[0].root.dag.tasks
    assert set(outer) == {"exit-handler-1", "report-failure"}
    report = outer["report-failure"]
    strategies = pipeline_spec_pb2.PipelineTaskSpec.TriggerPolicy
    assert report.trigger_policy.strategy == strategies.ALL_UPSTREAM_TASKS_COMPLETED
    assert not report.caching_options.enable_cache  # or the second failure would not be told
    assert set(inner.root.dag.tasks) == set(spec.root.dag.tasks)
    webhook = steps["report-failure"]["secretAsEnv"][-1]
    assert webhook["secretName"] == "hooks"
    assert webhook["keyToEnv"] == [{"secretKey": "url", "envVar": "REPORT_WEBHOOK"}]


def test_resources_are_those_of_a_step_or_of_all(inner):
    resources = {name: one.container.resources for name, one in _executors(inner).items()}
    asked = {name: one.resource_cpu_request for name, one in resources.items()}
    assert asked == dict.fromkeys(resources, "500m") | {"trainer": "8"}
    assert {one.resource_cpu_limit for one in resources.values()} == {""}
    memory = {
        name: (one.resource_memory_request, one.resource_memory_limit)
        for name, one in resources.items()
    }
    assert memory == dict.fromkeys(resources, ("", "")) | {"pusher": ("2Gi", "2Gi")}


def test_the_number_of_other_steps_retries_stays_as_it_is(inner):
    tasks = inner.root.dag.tasks
    retries = {name: task.retry_policy.max_retry_count for name, task in tasks.items()}
    assert retries == dict.fromkeys(retries, 2) | {"trainer": 5}


def test_what_concerns_nodes_and_secrets_adds_up(inner, steps):
    assert set(steps) == {*inner.root.dag.tasks, "report-failure"}
    team = {"key": "team", "operator": "Equal", "value": "sound"}
    gpu = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    for name, one in steps.items():
        ours = name == "trainer"
        assert one["nodeSelector"]["labels"] == {"zone": "a"} | ({"pool": "gpu"} if ours else {})
        assert one["tolerations"] == [team, *([gpu] if ours else [])], name
        assert one["imagePullPolicy"] == ("IfNotPresent" if ours else "Always")
        secrets = [
            (secret["secretName"], pair["secretKey"], pair["envVar"])
            for secret in one["secretAsEnv"]
            for pair in secret["keyToEnv"]
        ]
        assert ("s3", "key", "AWS_SECRET_ACCESS_KEY") in secrets
        assert (("s3", "id", "ID") in secrets) == (name == "pusher")


def test_a_step_gets_a_disk(steps):
    [name] = [name for name, one in steps.items() if "genericEphemeralVolume" in one]
    [disk] = steps[name]["genericEphemeralVolume"]
    assert (name, disk["size"], disk["mountPath"]) == ("trainer", "200Gi", "/minio/mlpipeline")


def test_without_kubernetes_options_there_is_one_document(package):
    # Vertex AI's client reads no second one.
    assert len(list(yaml.safe_load_all(package.read_text()))) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--no-cache", "trainr"], "there is no step 'trainr', only configure, list-videos, "),
        (["--retries", "trainr=1"], "there is no step 'trainr'"),
        (["--cpu", "trainr=1"], "there is no step 'trainr'"),
        (["--secret-env", "trainr=s:k=V"], "there is no step 'trainr'"),
        (["--no-cache", "report-failure"], "there is no step 'report-failure'"),
        (["--retries", "often"], "'often' is not [STEP=]NUMBER"),
        (["--cpu", "trainer=some"], "'trainer=some' is not [STEP=]NUMBER"),
        (["--memory", "8 GB"], "'8 GB' is not [STEP=]SIZE"),
        (["--ephemeral-storage", "8Gi"], "'8Gi' is not [STEP=]SIZE:FOLDER"),
        (["--ephemeral-storage", "8Gi:data"], "'8Gi:data' is not [STEP=]SIZE:FOLDER"),
        (["--toleration", "gpu:NoSchedule"], "is not [STEP=]KEY=VALUE[:EFFECT]"),
        (["--toleration", "gpu=*:Never"], "is not [STEP=]KEY=VALUE[:EFFECT]"),
        (["--secret-env", "s:k"], "'s:k' is not [STEP=]SECRET:KEY=VARIABLE"),
        (["--secret-env", "s:k=A-B"], "'s:k=A-B' is not [STEP=]SECRET:KEY=VARIABLE"),
        (["--image-pull-policy", "Sometimes"], "'Sometimes' is not [STEP=]POLICY"),
        (["--report-failures", "hooks"], "'hooks' is not SECRET:KEY"),
        (["--gpus", "1"], "--gpus needs --trainer-image"),
        (["--gpus", "3", "--trainer-image", "gpu:1"], "--gpus must be one of 0, 1, 2, 4, 8, 16"),
        (["--parameter", "presets=demo"], "there is no parameter 'presets', only "),
        (["--parameter", "preset=large"], "preset must be 'real', 'demo', "),
        (["--parameter", "thresholds=avc>1"], "names no evaluator"),
        (["--node-selector", "gpu"], "'gpu' is not [STEP=]KEY=VALUE"),
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
