"""DriftValidator: whether a span's examples are distributed as the earlier ones were."""

from __future__ import annotations

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits
from objects_that_sound.components.drift_validator.executor import Executor


class DriftValidatorSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of DriftValidator."""

    PARAMETERS = {"limits": component_spec.ExecutionParameter(type=str)}  # noqa: RUF012
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "statistics": component_spec.ChannelParameter(type=standard_artifacts.ExampleStatistics),
        "baseline_statistics": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleStatistics
        ),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "anomalies": component_spec.ChannelParameter(type=standard_artifacts.ExampleAnomalies)
    }


class DriftValidator(base_component.BaseComponent):
    """Compares a span with earlier ones (drift), and its splits with each other (skew), by TFDV.

    The measure is TFDV's Jensen-Shannon divergence of histograms, from 0 (the same) to 1 (nothing in
    common). How much of it is allowed depends on how many groups of videos there are, see
    `DivergenceLimits`: what TFX's own DistributionValidator, whose thresholds are fixed before the
    examples are there, can't do.

    Finding anomalies is no failure. Output `anomalies`: ExampleAnomalies with TFDV's `SchemaDiff.pb`
    in the splits `drift` and `skew`, and for people `index.html` with the histograms (`drift.png` and
    `skew.png`), the figures of which are in `comparisons.json`; custom property `blessed`.
    """

    SPEC_CLASS = DriftValidatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        statistics: types.BaseChannel,
        baseline_statistics: types.BaseChannel,
        limits: DivergenceLimits | None = None,
    ):
        """Configures the component.

        Args:
            statistics: channel of the span's ExampleStatistics, of SpanStatistics.
            baseline_statistics: channel of the earlier spans'; of no split if there are none.
            limits: how much the distributions may differ.
        """
        super().__init__(
            spec=DriftValidatorSpec(
                statistics=statistics,
                baseline_statistics=baseline_statistics,
                limits=(limits or DivergenceLimits()).to_json(),
                anomalies=types.Channel(type=standard_artifacts.ExampleAnomalies),
            )
        )
