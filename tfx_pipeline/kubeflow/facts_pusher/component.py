"""FactsPusher component."""

from __future__ import annotations

from typing import ClassVar

from tfx import v1 as tfx
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import BaseChannel, Channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter
from tfx.types.standard_component_specs import PusherSpec

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.tfx_pipeline.kubeflow.facts_pusher.executor import Executor


class FactsPusherSpec(PusherSpec):
    """What Pusher takes and gives, and what the facts are taken from."""

    INPUTS: ClassVar = {**PusherSpec.INPUTS, "evaluations": ChannelParameter(type=Evaluation)}


class FactsPusher(BaseComponent):
    """Pushes each blessed model or index as Pusher does, and `assets.extra/facts.json` with it.

    A local run writes the facts once it is over, from what ML Metadata knows. Where nothing can ask ML
    Metadata, the step that pushes must be given the evaluations.
    """

    SPEC_CLASS = FactsPusherSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(
        self,
        *,
        model: BaseChannel,
        model_blessing: BaseChannel,
        infra_blessing: BaseChannel,
        evaluations: BaseChannel,
        push_destination: tfx.proto.PushDestination,
    ):
        """Declares the node.

        Args:
            model: Model of Trainer, or index of SearchIndexer.
            model_blessing: verdict of ModelGate.
            infra_blessing: verdict of ServingValidator.
            evaluations: Evaluations of all evaluators.
            push_destination: folder that gets the versions.
        """
        super().__init__(
            FactsPusherSpec(
                model=model,
                model_blessing=model_blessing,
                infra_blessing=infra_blessing,
                evaluations=evaluations,
                push_destination=push_destination,
                pushed_model=Channel(type=standard_artifacts.PushedModel),
            )
        )
