"""CardPusher component."""

from __future__ import annotations

from typing import ClassVar

from tfx import v1 as tfx
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.types import BaseChannel, Channel, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from objects_that_sound.tfx_pipeline.kubeflow.card_pusher.executor import Executor
from objects_that_sound.tfx_pipeline.kubeflow.facts_pusher.component import FactsPusherSpec


class CardPusherSpec(FactsPusherSpec):
    """What FactsPusher takes and gives, and what a model card is made of."""

    PARAMETERS: ClassVar = {
        **FactsPusherSpec.PARAMETERS,
        "parameters": ExecutionParameter(type=str),
        "data_license": ExecutionParameter(type=str),
    }
    INPUTS: ClassVar = {
        **FactsPusherSpec.INPUTS,
        "model_run": ChannelParameter(type=standard_artifacts.ModelRun),
        "examples": ChannelParameter(type=standard_artifacts.Examples),
    }


class CardPusher(BaseComponent):
    """Pushes each blessed model as FactsPusher does, and `model_card.md` with it.

    A local run writes the card once it is over, from what ML Metadata knows. Where nothing can ask ML
    Metadata, the step that pushes must be given all of it.
    """

    SPEC_CLASS = CardPusherSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(
        self,
        *,
        model: BaseChannel,
        model_blessing: BaseChannel,
        infra_blessing: BaseChannel,
        evaluations: BaseChannel,
        model_run: BaseChannel,
        examples: BaseChannel,
        push_destination: tfx.proto.PushDestination,
        parameters: str,
        data_license: str,
    ):
        """Declares the node.

        Args:
            model: Model of Trainer.
            model_blessing: verdict of ModelGate.
            infra_blessing: verdict of ServingValidator.
            evaluations: Evaluations of all evaluators and of BaselineEvaluator.
            model_run: ModelRun of Trainer.
            examples: Examples that the model was trained on and judged by.
            push_destination: folder that gets the versions.
            parameters: JSON of the components' parameters that the card states; see `RunSummary`.
            data_license: licence of the videos, in the user's words; "" where it was not stated.
        """
        super().__init__(
            CardPusherSpec(
                model=model,
                model_blessing=model_blessing,
                infra_blessing=infra_blessing,
                evaluations=evaluations,
                model_run=model_run,
                examples=examples,
                push_destination=push_destination,
                parameters=parameters,
                data_license=data_license,
                pushed_model=Channel(type=standard_artifacts.PushedModel),
            )
        )
