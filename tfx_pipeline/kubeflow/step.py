"""The nodes of a TFX pipeline as steps that a container can run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from tfx import types
from tfx import v1 as tfx
from tfx.dsl.components.base import base_node, executor_spec
from tfx.types.channel import UnionChannel
from tfx.utils import name_utils


@dataclasses.dataclass(frozen=True)
class StepInput:
    """Where a step gets an artifact from.

    Attributes:
        name: name of the step's input.
        key: name that the executor knows it by; several inputs of one key are a union of outputs.
        step: name of the step that makes it.
        output: name of that step's output.
        artifact_class: import path of the artifact's class.
    """

    name: str
    key: str
    step: str
    output: str
    artifact_class: str


@dataclasses.dataclass(frozen=True)
class Step:
    """A node of the pipeline.

    Attributes:
        name: lower case with hyphens, as Kubernetes wants it.
        executor_class: import path.
        inputs: all inputs, in the order in which the executor gets them.
        outputs: by name, the import path of the artifact's class.
        after: names of all steps that must have ended before.
        beam_args: for its Beam pipelines, if it has any.
    """

    name: str
    executor_class: str
    inputs: tuple[StepInput, ...]
    outputs: Mapping[str, str]
    after: tuple[str, ...]
    beam_args: tuple[str, ...]


def step_name(node_id: str) -> str:
    """The name of a node's step: `VideoExampleGen` becomes `video-example-gen`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", node_id)
    return re.sub(r"[^a-z0-9]+", "-", words.lower())


def steps(pipeline: tfx.dsl.Pipeline) -> list[Step]:
    """Lists the nodes, each after those that feed it.

    Raises:
        ValueError: a node is not done by an executor, or an input is not made of outputs of nodes:
            open-source Kubeflow Pipelines has no ML Metadata queries (Resolvers).
    """
    return [_step(node) for node in pipeline.components]


def _step(node: base_node.BaseNode) -> Step:
    spec = node.executor_spec
    if not isinstance(spec, executor_spec.ExecutorClassSpec):
        raise ValueError(
            f"{node.id} is a {type(node).__name__}, which open-source Kubeflow Pipelines can't run: "
            "make it a component with an executor"
        )
    beam_args: list[str] = []
    if isinstance(spec, executor_spec.BeamExecutorSpec):
        beam_args = [str(argument) for argument in spec.beam_pipeline_args]
    return Step(
        name=step_name(node.id),
        executor_class=spec.class_path,
        inputs=tuple(
            one for key, channel in node.inputs.items() for one in _inputs(node, key, channel)
        ),
        outputs={
            name: name_utils.get_full_name(channel.type) for name, channel in node.outputs.items()
        },
        after=tuple(sorted(step_name(upstream.id) for upstream in node.upstream_nodes)),
        beam_args=tuple(beam_args),
    )


def _inputs(node: base_node.BaseNode, key: str, channel: types.BaseChannel) -> list[StepInput]:
    """One for each source: a union's are told apart by numbers, `evaluations_0` being the first."""
    if isinstance(channel, UnionChannel):
        return [
            _input(node, f"{key}_{number}", key, one) for number, one in enumerate(channel.channels)
        ]
    return [_input(node, key, key, channel)]


def _input(node: base_node.BaseNode, name: str, key: str, channel: types.BaseChannel) -> StepInput:
    if not isinstance(channel, types.Channel) or not channel.producer_component_id:
        raise ValueError(f"input {key} of {node.id} is not the output of a component")
    return StepInput(
        name,
        key,
        step_name(channel.producer_component_id),
        str(channel.output_key),
        name_utils.get_full_name(channel.type),
    )
