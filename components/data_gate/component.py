"""DataGate: stops a run before training where its new examples are not as they should be."""

import os

from absl import logging
from tfx.types import artifact_utils
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import ExampleAnomalies, Examples

from objects_that_sound.components.data_gate.data_blessing import (
    EXAMPLES_ID_PROPERTY,
    DataBlessing,
)
from objects_that_sound.components.data_gate.judge_span import judge_span
from objects_that_sound.components.evaluation.json_file import write_json

ACCEPTANCE_FILE = "acceptance.json"
"""In the DataBlessing: `overruled`, the anomalies that were accepted on demand."""


@component
def DataGate(
    examples: InputArtifact[Examples],
    schema_anomalies: InputArtifact[ExampleAnomalies],
    drift_anomalies: InputArtifact[ExampleAnomalies],
    blessing: OutputArtifact[DataBlessing],
    accept_drift: Parameter[bool] = False,
):
    """Fails where a span breaks the schema or drifted; its failure ends the run.

    Args:
        examples: Examples of the span.
        schema_anomalies: findings of ExampleValidator.
        drift_anomalies: findings of DriftValidator.
        blessing: DataBlessing by which `AcceptedSpans` finds the span; see there. A refused span
            has none, so no later run trains on it.
        accept_drift: whether drift and skew pass, which somebody looked at and wants; what breaks
            the schema is refused all the same.

    Raises:
        SpanRefusedError: there are anomalies.
    """
    span = examples.get_int_custom_property("span")
    splits = {
        split: artifact_utils.get_split_uri([schema_anomalies], split)
        for split in artifact_utils.decode_split_names(schema_anomalies.split_names)
    }
    overruled = judge_span(span, splits, drift_anomalies.uri, accept_drift)
    blessing.set_int_custom_property("span", span)
    blessing.set_int_custom_property(EXAMPLES_ID_PROPERTY, examples.id)
    blessing.set_int_custom_property("overruled", len(overruled))
    write_json(os.path.join(blessing.uri, ACCEPTANCE_FILE), {"span": span, "overruled": overruled})
    logging.info("Span %d is accepted; overruled: %s", span, overruled or "nothing")
