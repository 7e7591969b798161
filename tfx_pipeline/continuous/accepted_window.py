"""The part of the diagram between a span's examples and what is trained on.

examples of the span ----> SpanStatistics -> DriftValidator -> DataGate -> window_resolver -> examples
latest_span_resolver ----------^  ^                              ^          of the window
latest blessed model -------------+         ExampleValidator ----+
"""

from __future__ import annotations

from tfx import v1 as tfx
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from objects_that_sound.components.data_gate.accepted_spans import AcceptedSpans
from objects_that_sound.components.data_gate.component import DataGate
from objects_that_sound.components.data_gate.data_blessing import DataBlessing
from objects_that_sound.components.drift_validator.component import DriftValidator
from objects_that_sound.components.span_statistics.component import SpanStatistics
from objects_that_sound.components.video_example_gen.component import VideoExampleGen
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining


def accepted_window(
    settings: ContinuousTraining,
    *,
    examples: BaseChannel,
    schema_anomalies: BaseChannel,
    model: BaseChannel,
) -> tuple[BaseChannel, list[BaseNode]]:
    """Checks a span, and finds the spans to train on once it is accepted.

    Args:
        settings: of the run.
        examples: channel of the span's Examples.
        schema_anomalies: channel of ExampleValidator's anomalies of them.
        model: channel of the latest blessed Model; it may be empty.

    Returns:
        A channel of the Examples to train and evaluate on, and the nodes to add to the pipeline.
    """
    latest_span = _accepted_spans("latest_span_resolver", 1, before=settings.span)
    span_statistics = SpanStatistics(
        examples=examples, baseline_examples=latest_span.outputs["examples"], model=model
    )
    drift_validator = DriftValidator(
        statistics=span_statistics.outputs["statistics"],
        baseline_statistics=span_statistics.outputs["baseline_statistics"],
        limits=settings.limits.to_json(),
    )
    data_gate = DataGate(
        examples=examples,
        schema_anomalies=schema_anomalies,
        drift_anomalies=drift_validator.outputs["anomalies"],
        accept_drift=settings.accept_drift,
    )
    window = _accepted_spans("window_resolver", settings.window, before=settings.span + 1)
    # It asks ML Metadata, which knows of this span's acceptance only then.
    window.add_upstream_node(data_gate)
    nodes = [latest_span, span_statistics, drift_validator, data_gate, window]
    return window.outputs["examples"], nodes


def _accepted_spans(name: str, latest: int, before: int) -> tfx.dsl.Resolver:
    return tfx.dsl.Resolver(
        strategy_class=AcceptedSpans,
        config={"latest": latest, "before": before},
        examples=tfx.dsl.Channel(
            type=tfx.types.standard_artifacts.Examples,
            producer_component_id=VideoExampleGen.__name__,
            output_key="examples",
        ),
        blessing=tfx.dsl.Channel(
            type=DataBlessing, producer_component_id=DataGate.__name__, output_key="blessing"
        ),
    ).with_id(name)
