"""LatestBlessedModel: the model to compare with, on runners without ML Metadata's queries."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.latest_blessed_model.executor import Executor


class LatestBlessedModelSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of LatestBlessedModel."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "folder": component_spec.ExecutionParameter(type=str),
        "version": component_spec.ExecutionParameter(type=str, optional=True),
    }
    INPUTS: dict[str, component_spec.ChannelParameter] = {}  # noqa: RUF012 - as TFX has it
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}  # noqa: RUF012


class LatestBlessedModel(base_component.BaseComponent):
    """Does the work of a Resolver with LatestBlessedModelStrategy, from a folder of models.

    That strategy asks ML Metadata; Vertex AI does so too, open-source Kubeflow Pipelines runs no
    resolvers. BlessedModelPusher fills the folder.

    Output `model`: the Model that was blessed last; before the first one, an artifact that
    `components.blessed_models.is_no_model` tells.
    """

    SPEC_CLASS = LatestBlessedModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(self, folder: str, version: str | None = None):
        """Configures the component.

        Args:
            folder: that BlessedModelPusher writes to.
            version: of `latest_version`, so that a cache can tell one from the next; looked up when
                the component runs if missing.
        """
        super().__init__(
            spec=LatestBlessedModelSpec(
                folder=folder,
                version=version,
                model=types.Channel(type=standard_artifacts.Model),
            )
        )
