"""The steps as container components of kfp."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from kfp import components
from tfx.types import standard_component_specs

from objects_that_sound.tfx_pipeline.kubeflow.configure import VIDEO_FINGERPRINT, properties_output
from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    LIST,
    STRING,
)
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import parameter_types
from objects_that_sound.tfx_pipeline.kubeflow.run_step import PROPERTIES
from objects_that_sound.tfx_pipeline.kubeflow.step import Step, step_name

_PYTHON = ("python", "-P", "-m")  # -P: the working directory may hold anything

CONFIGURE = "configure"
LIST_VIDEOS = "list-videos"
REPORT_FAILURE = "report-failure"
VIDEOS = "videos"
"""Output of LIST_VIDEOS and input of EXAMPLE_GEN: a folder with the list."""
EXAMPLE_GEN = step_name("VideoExampleGen")
TRAINER = step_name("Trainer")

_RESUMING = (EXAMPLE_GEN, TRAINER)
_RUN_TRAIN_JOB = "objects_that_sound.tfx_pipeline.kubeflow.run_train_job.run_fn"
_PARAMETER_TYPES = {
    STRING: "String",
    INTEGER: "Integer",
    DOUBLE: "Float",
    BOOLEAN: "Boolean",
    LIST: "JsonArray",
}
_ARTIFACT_TYPES = {"Model": "Model", "Examples": "Dataset", "Evaluation": "Metrics"}
"""Of kfp's; all others: "Artifact"."""


def configure_component(
    graph: Sequence[Step], deployment: Deployment, structure: Mapping[str, Any]
) -> Any:
    """Of the step that takes the run's parameters; see configure.py."""
    outputs = [VIDEO_FINGERPRINT, *(properties_output(step.name) for step in graph)]
    return _component(
        CONFIGURE,
        deployment.image,
        inputs={name: _PARAMETER_TYPES[kind] for name, kind in parameter_types().items()},
        outputs=dict.fromkeys(outputs, "String"),
        command=[
            *(*_PYTHON, "objects_that_sound.tfx_pipeline.kubeflow.configure"),
            *("--executor_input", {"executorInput": None}),
            *("--structure", json.dumps(structure)),
        ],
    )


def list_videos_component(deployment: Deployment) -> Any:
    """Of the step that lists the videos; see list_videos.py."""
    return _component(
        LIST_VIDEOS,
        deployment.image,
        inputs={
            **{"videos": "JsonArray", "segments": "String", "eval_videos": "JsonArray"},
            "fingerprint": "String",
        },
        outputs={VIDEOS: "Artifact"},
        command=[
            *(*_PYTHON, "objects_that_sound.tfx_pipeline.kubeflow.list_videos"),
            *("--videos", {"inputValue": "videos"}),
            *("--segments", {"inputValue": "segments"}),
            *("--eval_videos", {"inputValue": "eval_videos"}),
            *("--fingerprint", {"inputValue": "fingerprint"}),
            *("--output", {"outputPath": VIDEOS}),
        ],
    )


def report_failure_component(deployment: Deployment) -> Any:
    """Of the step that follows when the run has ended, in whichever way; see report_failure.py."""
    return _component(
        REPORT_FAILURE,
        deployment.image,
        inputs={"status": "PipelineTaskFinalStatus"},
        outputs={},
        command=[
            *(*_PYTHON, "objects_that_sound.tfx_pipeline.kubeflow.report_failure"),
            *("--status", {"inputValue": "status"}),
        ],
    )


def step_component(step: Step, deployment: Deployment) -> Any:
    """Of a node of the TFX pipeline; see run_step.py."""
    inputs = {one.name: _artifact_type(one.artifact_class) for one in step.inputs}
    command: list[Any] = [
        *(*_PYTHON, "objects_that_sound.tfx_pipeline.kubeflow.run_step"),
        *("--executor", step.executor_class),
        *("--executor_input", {"executorInput": None}),
    ]
    for one in step.inputs:
        command += ["--input", one.name, one.key, one.artifact_class, {"inputPath": one.name}]
    for name, artifact_class in step.outputs.items():
        command += ["--output", name, artifact_class, {"outputPath": name}]
    if step.name == EXAMPLE_GEN:
        inputs[VIDEOS] = "Artifact"
        command += ["--property", standard_component_specs.INPUT_BASE_KEY, {"inputPath": VIDEOS}]
    if deployment.work_dir and step.name in _RESUMING:
        command += ["--work_dir", deployment.work_dir]
    if step.name == TRAINER and deployment.training_workers > 1:
        command += ["--property", "run_fn", _RUN_TRAIN_JOB]
    image = deployment.image
    if step.name == TRAINER and deployment.trainer_image:
        image = deployment.trainer_image
    return _component(
        step.name,
        image,
        inputs={**inputs, PROPERTIES: "String"},
        outputs={
            name: _artifact_type(artifact_class) for name, artifact_class in step.outputs.items()
        },
        command=[*command, *step.beam_args],
    )


def _artifact_type(artifact_class: str) -> str:
    return _ARTIFACT_TYPES.get(artifact_class.rpartition(".")[2], "Artifact")


def _component(
    name: str,
    image: str,
    *,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    command: list[Any],
) -> Any:
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
