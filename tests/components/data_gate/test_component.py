"""What DataGate refuses, and what it says."""

from __future__ import annotations

import json
import pathlib

import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.types import artifact_utils, standard_artifacts

from objects_that_sound.components.data_gate.component import DataGate
from objects_that_sound.components.data_gate.data_blessing import DataBlessing
from objects_that_sound.components.data_gate.span_refused_error import SpanRefusedError
from objects_that_sound.components.drift_validator.comparison import (
    DRIFT,
    Comparison,
    write_comparisons,
)
from objects_that_sound.components.drift_validator.divergence_limits import SampleSize
from objects_that_sound.components.span_statistics.feature_names import FEATURES

SIZE = SampleSize(100, 10)


def _schema_anomalies(folder: pathlib.Path, **found: str):
    artifact = standard_artifacts.ExampleAnomalies()
    artifact.uri = str(folder)
    artifact.split_names = artifact_utils.encode_split_names(["train", "eval"])
    for split in ("train", "eval"):
        anomalies = anomalies_pb2.Anomalies()
        for feature, description in found.items() if split == "eval" else ():
            anomalies.anomaly_info[feature].short_description = "Out-of-range values"
            anomalies.anomaly_info[feature].description = description
        path = folder / f"Split-{split}" / "SchemaDiff.pb"
        path.parent.mkdir(parents=True)
        path.write_bytes(anomalies.SerializeToString())
    return artifact


def _drift_anomalies(folder: pathlib.Path, **divergences: float):
    artifact = standard_artifacts.ExampleAnomalies()
    artifact.uri = str(folder)
    folder.mkdir()
    (folder / "comparisons.json").write_text(
        write_comparisons(
            [
                Comparison(DRIFT, name.replace("__", "/"), value, 0.7, SIZE, SIZE)
                for name, value in divergences.items()
            ]
        )
    )
    return artifact


def _run(schema, drift, folder: pathlib.Path, accept_drift: bool = False) -> DataBlessing:
    examples = standard_artifacts.Examples()
    examples.id = 17
    examples.set_int_custom_property("span", 2)
    blessing = DataBlessing()
    blessing.uri = str(folder)
    DataGate.test_call(
        examples=examples,
        schema_anomalies=schema,
        drift_anomalies=drift,
        blessing=blessing,
        accept_drift=accept_drift,
    )
    return blessing


def test_a_span_like_the_one_before_is_accepted(tmp_path):
    drift = _drift_anomalies(tmp_path / "drift", audio__loudness=0.2)
    blessing = _run(_schema_anomalies(tmp_path / "schema"), drift, tmp_path / "out")
    assert blessing.get_int_custom_property("examples_id") == 17
    assert blessing.get_int_custom_property("span") == 2
    assert blessing.get_int_custom_property("overruled") == 0


def test_drift_names_feature_divergence_limit_and_page(tmp_path):
    drift = _drift_anomalies(tmp_path / "drift", audio__loudness=0.9875, image__brightness=0.2)
    with pytest.raises(SpanRefusedError) as refused:
        _run(_schema_anomalies(tmp_path / "schema"), drift, tmp_path / "out")
    text = str(refused.value)
    assert "span 2" in text
    assert (
        "loudness (dBFS) [audio/loudness] differs from the span before: divergence 0.988, "
        "at most 0.700 is allowed" in text
    )
    assert "brightness" not in text
    assert f"{tmp_path / 'drift' / 'index.html'}" in text
    assert "--accept-drift" in text


def test_of_many_differences_the_worst_are_named(tmp_path):
    divergences = {
        name.replace("/", "__"): 0.75 + number / 100 for number, name in enumerate(FEATURES)
    }
    drift = _drift_anomalies(tmp_path / "drift", **divergences)
    with pytest.raises(SpanRefusedError) as refused:
        _run(_schema_anomalies(tmp_path / "schema"), drift, tmp_path / "out")
    lines = str(refused.value).splitlines()
    assert "embedding/agreement" in lines[1]
    assert f"and {len(FEATURES) - 6} more" in lines[7]


def test_drift_can_be_accepted_and_is_remembered(tmp_path):
    drift = _drift_anomalies(tmp_path / "drift", audio__loudness=0.9)
    schema = _schema_anomalies(tmp_path / "schema")
    blessing = _run(schema, drift, tmp_path / "out", accept_drift=True)
    assert blessing.get_int_custom_property("overruled") == 1
    [text] = json.loads((tmp_path / "out" / "acceptance.json").read_text())["overruled"]
    assert "divergence 0.900" in text


def test_what_breaks_the_schema_is_refused_whatever_is_accepted(tmp_path):
    schema = _schema_anomalies(tmp_path / "schema", **{"audio/sample_rate": "16000 is too high"})
    drift = _drift_anomalies(tmp_path / "drift")
    with pytest.raises(SpanRefusedError, match="breaks the schema") as refused:
        _run(schema, drift, tmp_path / "out", accept_drift=True)
    assert "audio/sample_rate, split eval: Out-of-range values: 16000 is too high" in str(
        refused.value
    )
