"""Judges what was found wrong with a span's examples."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2

from objects_that_sound.components.data_gate.span_refused_error import SpanRefusedError
from objects_that_sound.components.drift_validator.compare_pairs import ANOMALIES_FILE
from objects_that_sound.components.drift_validator.comparison import (
    COMPARISONS_FILE,
    read_comparisons,
)
from objects_that_sound.components.drift_validator.write_page import PAGE_FILE

_MOST_SHOWN = 6


def judge_span(
    span: int, schema_anomalies: Mapping[str, str], drift_anomalies: str, accept_drift: bool
) -> list[str]:
    """Accepts a span, or says what is wrong with it.

    Args:
        span: its number.
        schema_anomalies: folders by split, each with ExampleValidator's `SchemaDiff.pb`.
        drift_anomalies: folder of DriftValidator's output.
        accept_drift: whether drift and skew pass.

    Returns:
        The drift and skew that passed on demand, one text each.

    Raises:
        SpanRefusedError: the span must not be trained on.
    """
    broken = _broken_schema(schema_anomalies)
    if broken:
        raise SpanRefusedError(
            f"span {span} breaks the schema; nothing was trained on it:{_listed(broken)}\n"
            "Mend the videos: they count as new ones then. If it is the schema that is wrong, "
            "correct it (schema/schema.pbtxt in --root) and run again with --accept-drift."
        )
    drifted = _drifted(drift_anomalies)
    if drifted and not accept_drift:
        raise SpanRefusedError(
            f"span {span} is not like what was trained on before; nothing was trained on "
            f"it:{_listed(drifted)}\n"
            f"Histograms: {os.path.join(drift_anomalies, PAGE_FILE)}\n"
            "If the change is wanted, run again with --accept-drift; --max-drift sets other limits "
            "for spans to come."
        )
    return drifted


def _broken_schema(folders: Mapping[str, str]) -> list[str]:
    """What ExampleValidator found, a line each."""
    lines = []
    for split, folder in folders.items():
        with tf.io.gfile.GFile(os.path.join(folder, ANOMALIES_FILE), "rb") as file:
            anomalies = anomalies_pb2.Anomalies.FromString(file.read())
        if anomalies.data_missing:
            lines.append(f"split {split}: there are no examples")
        for feature, info in sorted(anomalies.anomaly_info.items()):
            lines.append(f"{feature}, split {split}: {info.short_description}: {info.description}")
        if anomalies.HasField("dataset_anomaly_info"):
            lines.append(f"split {split}: {anomalies.dataset_anomaly_info.description}")
    return lines


def _drifted(folder: str) -> list[str]:
    """What DriftValidator found, a line each, what exceeds its limit most first."""
    with tf.io.gfile.GFile(os.path.join(folder, COMPARISONS_FILE)) as file:
        comparisons = read_comparisons(file.read())
    failed = [one for one in comparisons if not one.passed]
    return [one.text for one in sorted(failed, key=lambda one: one.allowed - one.divergence)]


def _listed(lines: Sequence[str]) -> str:
    shown = [f"\n  {line}" for line in lines[:_MOST_SHOWN]]
    if len(lines) > _MOST_SHOWN:
        shown.append(f"\n  and {len(lines) - _MOST_SHOWN} more")
    return "".join(shown)
