"""BlessedModelPusher: keeps what LatestBlessedModel finds in the next run."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.blessed_model_pusher.executor import Executor


class BlessedModelPusherSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of BlessedModelPusher."""

    PARAMETERS = {"folder": component_spec.ExecutionParameter(type=str)}  # noqa: RUF012
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "model_blessing": component_spec.ChannelParameter(type=standard_artifacts.ModelBlessing),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "pushed_model": component_spec.ChannelParameter(type=standard_artifacts.PushedModel)
    }


class BlessedModelPusher(base_component.BaseComponent):
    """Copies a blessed Model artifact, whole, into a folder of all blessed models.

    Pusher copies the SavedModel alone, and none that can't be served; the next run is to be compared
    with every blessed model, and may train on from its weights.

    Output `pushed_model`: its custom properties `pushed`, `pushed_destination` and `pushed_version`
    are those of Pusher; the folder holds no copy.
    """

    SPEC_CLASS = BlessedModelPusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, model: types.BaseChannel, model_blessing: types.BaseChannel, folder: str):
        """Configures the component.

        Args:
            model: channel of the Model.
            model_blessing: channel of ModelGate's blessing.
            folder: see `components.blessed_models.add_model`.
        """
        super().__init__(
            spec=BlessedModelPusherSpec(
                model=model,
                model_blessing=model_blessing,
                folder=folder,
                pushed_model=types.Channel(type=standard_artifacts.PushedModel),
            )
        )
