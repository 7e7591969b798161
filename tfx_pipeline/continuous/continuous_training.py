"""The settings of a run on one span."""

from __future__ import annotations

import dataclasses

from tfx.proto import range_config_pb2

from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits


@dataclasses.dataclass(frozen=True)
class ContinuousTraining:
    """What a continuous run does differently from a plain one.

    Attributes:
        span: number of the span to ingest.
        window: train on so many of the latest accepted spans, this one included.
        schema_file: what examples must be like: schema.proto as text.
        limits: how much this span may differ from the one before.
        accept_drift: train on it however much it differs.
    """

    span: int
    window: int
    schema_file: str
    limits: DivergenceLimits = dataclasses.field(default_factory=DivergenceLimits)
    accept_drift: bool = False

    @property
    def range_config(self) -> range_config_pb2.RangeConfig:
        """For VideoExampleGen."""
        return range_config_pb2.RangeConfig(
            static_range=range_config_pb2.StaticRange(
                start_span_number=self.span, end_span_number=self.span
            )
        )
