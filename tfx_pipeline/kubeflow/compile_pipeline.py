"""Compiles the pipeline for Kubeflow Pipelines 2 and Vertex AI, with kfp's own compiler.

TFX has a compiler too (`KubeflowV2DagRunner`). Its specification is for Vertex AI's managed backend:
ExampleGen's driver is a hook before the cache and Resolvers are queries of ML Metadata, neither of
which open-source Kubeflow runs; artifact types must be of TFX's own; parameters lose their defaults.
Here each node of the same TFX pipeline becomes a container component of kfp.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from kfp import compiler, dsl, kubernetes

from objects_that_sound.tfx_pipeline.knobs.knob import Knob
from objects_that_sound.tfx_pipeline.kubeflow.configure import VIDEO_FINGERPRINT, properties_output
from objects_that_sound.tfx_pipeline.kubeflow.deploy_task import deploy_task
from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.kubeflow.kfp_components import (
    CONFIGURE,
    EXAMPLE_GEN,
    LIST_VIDEOS,
    REPORT_FAILURE,
    VIDEOS,
    configure_component,
    list_videos_component,
    report_failure_component,
    step_component,
)
from objects_that_sound.tfx_pipeline.kubeflow.report_failure import WEBHOOK
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import (
    parameter_knobs,
    read_parameters,
)
from objects_that_sound.tfx_pipeline.kubeflow.run_step import PROPERTIES
from objects_that_sound.tfx_pipeline.kubeflow.step import Step, steps
from objects_that_sound.tfx_pipeline.kubeflow.tfx_graph import tfx_graph
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME


def compile_pipeline(
    path: str,
    deployment: Deployment,
    structure: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    pipeline_root: str | None = None,
) -> list[str]:
    """Writes the specification.

    Args:
        path: of a YAML file.
        deployment: how the steps are run.
        structure: structural options of a run by name: they decide which steps there are.
        defaults: values of the run's parameters by name, in place of the declared defaults.
        pipeline_root: where Kubeflow keeps artifacts; None for what it is configured with.

    Returns:
        The names of the steps.

    Raises:
        ValueError: an option names a step that there is not, or a default can't be right; or Beam's
            workers would not see what they are to write to.
    """
    structure = structure or {}
    sample = {"videos": ["videos"], "push_destination": "folder"} | dict(defaults or {})
    run_options, destination = read_parameters(sample, structure)
    if run_options.beam_args and not deployment.work_dir:
        raise ValueError("--beam-arg needs --work-dir: a folder that Beam's workers see, too")
    graph = steps(tfx_graph(run_options, destination))
    names = [CONFIGURE, LIST_VIDEOS, *(step.name for step in graph)]
    if deployment.report_failures:
        names.append(REPORT_FAILURE)
    for name in sorted(deployment.named_steps.difference(names)):
        raise ValueError(f"there is no step {name!r}, only {', '.join(names)}")
    pipeline = dsl.pipeline(name=PIPELINE_NAME, pipeline_root=pipeline_root)(
        _function(graph, deployment, structure, defaults or {})
    )
    compiler.Compiler().compile(pipeline, path)
    return names


def _function(
    graph: list[Step],
    deployment: Deployment,
    structure: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> Callable[..., None]:
    """The function that kfp calls to see the steps; its signature is the parameters."""
    knobs = parameter_knobs()

    def objects_that_sound(*channels: Any) -> None:
        parameters = dict(zip((knob.name for knob in knobs), channels, strict=True))
        with _reporting_failures(deployment):
            _add_steps(graph, deployment, structure, parameters)

    objects_that_sound.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                knob.name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=knob.kind if knob.container is None else list,
                default=defaults.get(knob.name, _default(knob)),
            )
            for knob in knobs
        ]
    )
    described = [f"    {knob.name}: {knob.help}" for knob in knobs]
    objects_that_sound.__doc__ = "\n".join(
        ["From videos to a pushed model that tells what sounds.", "", "Args:", *described]
    )
    return objects_that_sound


def _reporting_failures(deployment: Deployment) -> contextlib.AbstractContextManager[Any]:
    """What the steps are added within; a group of its own, where somebody wants to be told."""
    if not deployment.report_failures:
        return contextlib.nullcontext()
    report = report_failure_component(deployment)()
    deploy_task(REPORT_FAILURE, report, deployment)
    secret, key = deployment.report_failures.split(":")
    kubernetes.use_secret_as_env(report, secret, {key: WEBHOOK})
    return dsl.ExitHandler(report, name="run")


def _default(knob: Knob) -> Any:
    if knob.required:
        return inspect.Parameter.empty
    return knob.default if knob.container is None else list(knob.default)


def _add_steps(
    graph: list[Step],
    deployment: Deployment,
    structure: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> None:
    configure = configure_component(graph, deployment, structure)(**parameters)
    listed = list_videos_component(deployment)(
        videos=parameters["videos"],
        segments=parameters["segments"],
        eval_videos=parameters["eval_videos"],
        fingerprint=configure.outputs[VIDEO_FINGERPRINT],
    )
    tasks = {CONFIGURE: configure, LIST_VIDEOS: listed}
    for step in graph:
        inputs = {one.name: tasks[one.step].outputs[one.output] for one in step.inputs}
        inputs[PROPERTIES] = configure.outputs[properties_output(step.name)]
        if step.name == EXAMPLE_GEN:
            inputs[VIDEOS] = listed.outputs[VIDEOS]
        task = step_component(step, deployment)(**inputs)
        tasks[step.name] = task.after(*(tasks[name] for name in step.after))
    for name, task in tasks.items():
        deploy_task(name, task, deployment)
