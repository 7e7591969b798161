"""Compiles the pipeline for Kubeflow Pipelines 2 and Vertex AI, with kfp's own compiler.

TFX has a compiler too (`KubeflowV2DagRunner`). Its specification is for Vertex AI's managed backend:
ExampleGen's driver is a hook before the cache and Resolvers are queries of ML Metadata, neither of
which open-source Kubeflow runs; artifact types must be of TFX's own; parameters lose their defaults.
Here each node of the same TFX pipeline becomes a container component of kfp.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Mapping
from typing import Any

import yaml
from kfp import compiler, components, dsl, kubernetes
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.types import standard_component_specs
from tfx.utils import import_utils

from tfx_pipeline.kubeflow.configure import VIDEO_FINGERPRINT, properties_output
from tfx_pipeline.kubeflow.deployment import Deployment
from tfx_pipeline.kubeflow.graph_options import GraphOptions
from tfx_pipeline.kubeflow.parse_parameters import DOUBLE, INTEGER, LIST, STRING
from tfx_pipeline.kubeflow.run_parameters import (
    RunParameters,
    parameter_descriptions,
    parameter_types,
)
from tfx_pipeline.kubeflow.run_step import PROPERTIES
from tfx_pipeline.kubeflow.step import Step, step_name, steps
from tfx_pipeline.kubeflow.tfx_graph import tfx_graph
from tfx_pipeline.pipeline import PIPELINE_NAME

CONFIGURE = "configure"
LIST_VIDEOS = "list-videos"
TRAINER = step_name("Trainer")
EXAMPLE_GEN = step_name("VideoExampleGen")

_RESUMING = (TRAINER, EXAMPLE_GEN)
_PARAMETER_TYPES = {STRING: "String", INTEGER: "Integer", DOUBLE: "Float", LIST: "JsonArray"}
_KFP_TYPES = {"Model": "Model", "Examples": "Dataset"}  # of kfp's pages; all others: "Artifact"
_RETRY_AFTER = "30s"


def compile_pipeline(
    path: str,
    deployment: Deployment,
    options: GraphOptions,
    defaults: Mapping[str, Any] | None = None,
    pipeline_root: str | None = None,
) -> list[str]:
    """Writes the specification.

    Args:
        path: of a YAML file.
        deployment: how the steps are run.
        options: which steps there are.
        defaults: of the run's parameters, by name, in place of those of RunParameters.
        pipeline_root: where Kubeflow keeps artifacts; None for what it is configured with.

    Returns:
        The names of the steps.

    Raises:
        ValueError: an option names a step that there is not, or a default can't be right.
    """
    sample = {"videos": ["videos"], "push_destination": "folder"} | dict(defaults or {})
    graph = steps(tfx_graph(RunParameters.from_values(sample), options))
    names = [CONFIGURE, LIST_VIDEOS, *(step.name for step in graph)]
    for name in (*deployment.uncached, *deployment.step_retries):
        if name not in names:
            raise ValueError(f"there is no step {name!r}, only {', '.join(names)}")
    pipeline = dsl.pipeline(name=PIPELINE_NAME, pipeline_root=pipeline_root)(
        _function(graph, deployment, options, defaults or {})
    )
    compiler.Compiler().compile(pipeline, path)
    return names


def _function(
    graph: list[Step], deployment: Deployment, options: GraphOptions, defaults: Mapping[str, Any]
) -> typing.Callable[..., None]:
    """The function that kfp calls to see the steps; its signature is RunParameters."""
    fields = dataclasses.fields(RunParameters)
    types = typing.get_type_hints(RunParameters)

    def objects_that_sound(*channels: Any) -> None:
        parameters = dict(zip((field.name for field in fields), channels, strict=True))
        _add_steps(graph, deployment, options, parameters)

    objects_that_sound.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=typing.get_origin(types[field.name]) or types[field.name],
                default=defaults.get(field.name, _default(field)),
            )
            for field in fields
        ]
    )
    described = [f"    {name}: {text}" for name, text in parameter_descriptions().items()]
    objects_that_sound.__doc__ = "\n".join(
        ["From videos to a pushed model that tells what sounds.", "", "Args:", *described]
    )
    return objects_that_sound


_REQUIRED = inspect.Parameter.empty


def _default(field: dataclasses.Field) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return _REQUIRED if field.default is dataclasses.MISSING else field.default


def _add_steps(
    graph: list[Step],
    deployment: Deployment,
    options: GraphOptions,
    parameters: Mapping[str, Any],
) -> None:
    configure = _configure(graph, deployment, options)(**parameters)
    listed = _list_videos(deployment)(
        videos=parameters["videos"],
        segments=parameters["segments"],
        fingerprint=configure.outputs[VIDEO_FINGERPRINT],
    )
    tasks = {CONFIGURE: configure, LIST_VIDEOS: listed}
    for step in graph:
        inputs = {
            name: tasks[source.step].outputs[source.output] for name, source in step.inputs.items()
        }
        if _lists_videos(step):
            inputs["videos"] = listed.outputs["videos"]
        task = _component(step, deployment)(
            **inputs, **{PROPERTIES: configure.outputs[properties_output(step.name)]}
        )
        tasks[step.name] = task.after(*(tasks[name] for name in step.after))
    for name, task in tasks.items():
        _deploy(name, task, deployment)


def _deploy(name: str, task: dsl.PipelineTask, deployment: Deployment) -> None:
    task.set_caching_options(name != CONFIGURE and name not in deployment.uncached)
    retries = deployment.step_retries.get(name, deployment.retries)
    if retries:
        task.set_retry(retries, backoff_duration=_RETRY_AFTER, backoff_factor=2)
    for claim, folder in deployment.volumes.items():
        kubernetes.mount_pvc(task, pvc_name=claim, mount_path=folder)
    if name == TRAINER:
        if deployment.gpus:
            task.set_accelerator_type(deployment.accelerator)
            task.set_accelerator_limit(deployment.gpus)
        for key, value in deployment.node_selector.items():
            kubernetes.add_node_selector(task, key, value)


def _configure(graph: list[Step], deployment: Deployment, options: GraphOptions) -> Any:
    outputs = [VIDEO_FINGERPRINT, *(properties_output(step.name) for step in graph)]
    return _load(
        CONFIGURE,
        deployment.image,
        inputs={name: _PARAMETER_TYPES[kind] for name, kind in parameter_types().items()},
        outputs=dict.fromkeys(outputs, "String"),
        command=[
            *("python", "-m", "tfx_pipeline.kubeflow.configure"),
            *("--executor_input", {"executorInput": None}),
            *("--graph", options.to_json()),
        ],
    )


def _list_videos(deployment: Deployment) -> Any:
    return _load(
        LIST_VIDEOS,
        deployment.image,
        inputs={"videos": "JsonArray", "segments": "String", "fingerprint": "String"},
        outputs={"videos": "Artifact"},
        command=[
            *("python", "-m", "tfx_pipeline.kubeflow.list_videos"),
            *("--videos", {"inputValue": "videos"}),
            *("--segments", {"inputValue": "segments"}),
            *("--fingerprint", {"inputValue": "fingerprint"}),
            *("--output", {"outputPath": "videos"}),
        ],
    )


def _component(step: Step, deployment: Deployment) -> Any:
    sources = {name: source.artifact_class for name, source in step.inputs.items()}
    command: list[Any] = [
        *("python", "-m", "tfx_pipeline.kubeflow.run_step"),
        *("--executor", step.executor_class),
        *("--executor_input", {"executorInput": None}),
    ]
    for name, artifact_class in sources.items():
        command += ["--input", name, artifact_class, {"inputPath": name}]
    for name, artifact_class in step.outputs.items():
        command += ["--output", name, artifact_class, {"outputPath": name}]
    inputs = {name: _kfp_type(artifact_class) for name, artifact_class in sources.items()}
    if _lists_videos(step):
        inputs["videos"] = "Artifact"
        base = standard_component_specs.INPUT_BASE_KEY
        command += ["--property", base, {"inputPath": "videos"}]
    if deployment.work_dir and step.name in _RESUMING:
        command += ["--work_dir", deployment.work_dir]
    trainer_image = deployment.trainer_image or deployment.image
    return _load(
        step.name,
        trainer_image if step.name == TRAINER else deployment.image,
        inputs={**inputs, PROPERTIES: "String"},
        outputs={name: _kfp_type(artifact_class) for name, artifact_class in step.outputs.items()},
        command=[*command, *step.beam_args],
    )


def _lists_videos(step: Step) -> bool:
    executor = import_utils.import_class_by_path(step.executor_class)
    return issubclass(executor, BaseExampleGenExecutor)


def _kfp_type(artifact_class: str) -> str:
    return _KFP_TYPES.get(artifact_class.rpartition(".")[2], "Artifact")


def _load(
    name: str,
    image: str,
    *,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    command: list[Any],
) -> Any:
    """A component of kfp."""
    return components.load_component_from_text(
        yaml.safe_dump(
            {
                "name": name,
                "inputs": [{"name": key, "type": kind} for key, kind in inputs.items()],
                "outputs": [{"name": key, "type": kind} for key, kind in outputs.items()],
                "implementation": {
                    "container": {"image": image, "command": command[:3], "args": command[3:]}
                },
            }
        )
    )
