"""The work of DataGate."""

from __future__ import annotations

import os
from typing import Any

from absl import logging
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.example_validator.executor import DEFAULT_FILE_NAME
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from objects_that_sound.components.data_gate.data_blessing import EXAMPLES_ID_PROPERTY
from objects_that_sound.components.data_gate.span_refused_error import SpanRefusedError
from objects_that_sound.components.drift_validator.comparison import read_comparisons
from objects_that_sound.components.drift_validator.executor import COMPARISONS_FILE
from objects_that_sound.components.drift_validator.write_page import PAGE_FILE
from objects_that_sound.components.evaluation.write_metrics import write_json

ACCEPTANCE_FILE = "acceptance.json"
"""In the DataBlessing: `overruled`, the anomalies that were accepted on demand."""

_MOST_SHOWN = 6


class Executor(base_executor.BaseExecutor):
    """Fails, or accepts the span."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Judges the anomalies.

        Args:
            input_dict: `examples`, one artifact of type Examples; `schema_anomalies` and
                `drift_anomalies`, one of type ExampleAnomalies each.
            output_dict: `blessing`, one artifact of type DataBlessing.
            exec_properties: `accept_drift`, 0 or 1.

        Raises:
            SpanRefusedError: there are anomalies.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        span = examples.get_int_custom_property("span")
        broken = _schema_anomalies(
            artifact_utils.get_single_instance(input_dict["schema_anomalies"])
        )
        if broken:
            raise SpanRefusedError(
                f"span {span} breaks the schema; nothing was trained on it:{_listed(broken)}\n"
                "Mend the videos: they count as new ones then. If it is the schema that is wrong, "
                "correct it (schema/schema.pbtxt in --root) and run again with --accept-drift."
            )
        drift = artifact_utils.get_single_instance(input_dict["drift_anomalies"])
        drifted = _drift_anomalies(drift)
        if drifted and not exec_properties["accept_drift"]:
            raise SpanRefusedError(
                f"span {span} is not like what was trained on before; nothing was trained on "
                f"it:{_listed(drifted)}\n"
                f"Histograms: {os.path.join(drift.uri, PAGE_FILE)}\n"
                "If the change is wanted, run again with --accept-drift; --max-drift sets other limits "
                "for spans to come."
            )
        blessing = artifact_utils.get_single_instance(output_dict["blessing"])
        blessing.set_int_custom_property("span", span)
        blessing.set_int_custom_property(EXAMPLES_ID_PROPERTY, examples.id)
        blessing.set_int_custom_property("overruled", len(drifted))
        write_json(
            os.path.join(blessing.uri, ACCEPTANCE_FILE), {"span": span, "overruled": drifted}
        )
        logging.info("Span %d is accepted; overruled: %s", span, drifted or "nothing")


def _schema_anomalies(artifact: types.Artifact) -> list[str]:
    """What ExampleValidator found, a line each."""
    lines = []
    for split in artifact_utils.decode_split_names(artifact.split_names):
        path = os.path.join(artifact_utils.get_split_uri([artifact], split), DEFAULT_FILE_NAME)
        with fileio.open(path, "rb") as file:
            anomalies = anomalies_pb2.Anomalies.FromString(file.read())
        if anomalies.data_missing:
            lines.append(f"split {split}: there are no examples")
        for feature, info in sorted(anomalies.anomaly_info.items()):
            lines.append(f"{feature}, split {split}: {info.short_description}: {info.description}")
        if anomalies.HasField("dataset_anomaly_info"):
            lines.append(f"split {split}: {anomalies.dataset_anomaly_info.description}")
    return lines


def _drift_anomalies(artifact: types.Artifact) -> list[str]:
    """What DriftValidator found, a line each, what exceeds its limit most first."""
    with fileio.open(os.path.join(artifact.uri, COMPARISONS_FILE)) as file:
        comparisons = read_comparisons(file.read())
    failed = [one for one in comparisons if not one.passed]
    return [one.text for one in sorted(failed, key=lambda one: one.allowed - one.divergence)]


def _listed(lines: list[str]) -> str:
    shown = [f"\n  {line}" for line in lines[:_MOST_SHOWN]]
    if len(lines) > _MOST_SHOWN:
        shown.append(f"\n  and {len(lines) - _MOST_SHOWN} more")
    return "".join(shown)
