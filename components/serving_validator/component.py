"""ServingValidator: TFX's InfraValidator for where there is no Docker, with limits."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.serving_validator.executor import Executor
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits


class ServingValidatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of ServingValidator."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "limits": component_spec.ExecutionParameter(type=str),
        "local_server": component_spec.ExecutionParameter(type=str),
        "max_examples": component_spec.ExecutionParameter(type=int),
        "split": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "examples": component_spec.ChannelParameter(
            type=standard_artifacts.Examples, optional=True
        ),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "blessing": component_spec.ChannelParameter(type=standard_artifacts.InfraBlessing)
    }


class ServingValidator(base_component.BaseComponent):
    """Loads a model with a model server in a process of its own, and asks it.

    The server is `tensorflow_model_server` where one is on the PATH, else the local one. It must
    answer the model's own warm-up requests, and frames and sounds of examples in batches of one at
    every signature that clients call, with finite values, within limits of time and memory.

    Output `blessing`: an InfraBlessing as TFX's InfraValidator writes it (`blessed`, INFRA_BLESSED
    or INFRA_NOT_BLESSED), which Pusher takes as `infra_blessing`; with `validation.json`: `blessed`,
    `measured`, `limits` and `decisions`, each with its `metric`, `passed` and `text`.
    """

    SPEC_CLASS = ServingValidatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        examples: types.BaseChannel | None = None,
        limits: ServingLimits | None = None,
        local_server: Sequence[str] = (),
        max_examples: int = 25,
        split: str = "eval",
    ):
        """Configures the component.

        Args:
            model: channel of the Model that is to be pushed.
            examples: channel of Examples of VideoExampleGen, to ask about.
            limits: of time and memory.
            local_server: arguments of Python that start a server with tensorflow_model_server's
                flags, such as `["-m", "package.main", "serve"]`.
            max_examples: that are asked about; four requests each.
            split: that they are from.
        """
        super().__init__(
            spec=ServingValidatorSpec(
                model=model,
                examples=examples,
                limits=json.dumps(dataclasses.asdict(limits or ServingLimits())),
                local_server=json.dumps(list(local_server)),
                max_examples=max_examples,
                split=split,
                blessing=types.Channel(type=standard_artifacts.InfraBlessing),
            )
        )
