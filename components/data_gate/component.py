"""DataGate: stops a run before training where its new examples are not as they should be."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.data_gate.data_blessing import DataBlessing
from objects_that_sound.components.data_gate.executor import Executor


class DataGateSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of DataGate."""

    PARAMETERS = {"accept_drift": component_spec.ExecutionParameter(type=int)}  # noqa: RUF012
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "schema_anomalies": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleAnomalies
        ),
        "drift_anomalies": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleAnomalies
        ),
    }
    OUTPUTS = {"blessing": component_spec.ChannelParameter(type=DataBlessing)}  # noqa: RUF012


class DataGate(base_component.BaseComponent):
    """Fails where a span breaks the schema or drifted; its failure ends the run.

    Output `blessing`: a DataBlessing, by which `AcceptedSpans` finds the span; see there. A refused
    span has none, so no later run trains on it.
    """

    SPEC_CLASS = DataGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        schema_anomalies: types.BaseChannel,
        drift_anomalies: types.BaseChannel,
        accept_drift: bool = False,
    ):
        """Configures the component.

        Args:
            examples: channel of Examples, the span.
            schema_anomalies: channel of ExampleValidator's anomalies of it.
            drift_anomalies: channel of DriftValidator's anomalies of it.
            accept_drift: let drift and skew pass, which somebody looked at and wants; what breaks
                the schema is refused all the same.
        """
        super().__init__(
            spec=DataGateSpec(
                examples=examples,
                schema_anomalies=schema_anomalies,
                drift_anomalies=drift_anomalies,
                accept_drift=int(accept_drift),
                blessing=types.Channel(type=DataBlessing),
            )
        )
