"""DriftValidator's artifact: TFDV's anomalies, figures, pictures and a page."""

from __future__ import annotations

import json
import pathlib
import re

import numpy as np
import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.types import artifact_utils, standard_artifacts

from objects_that_sound.components.drift_validator.component import DriftValidator
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits


def _artifact(folder: pathlib.Path, span: int, **splits):
    artifact = standard_artifacts.ExampleStatistics()
    artifact.uri = str(folder)
    artifact.split_names = artifact_utils.encode_split_names(list(splits))
    artifact.set_int_custom_property("span", span)
    for split, statistics in splits.items():
        path = folder / f"Split-{split}" / "FeatureStats.pb"
        path.parent.mkdir(parents=True)
        path.write_bytes(statistics.SerializeToString())
    return artifact


def _run(statistics, baseline, folder: pathlib.Path):
    anomalies = standard_artifacts.ExampleAnomalies()
    anomalies.uri = str(folder)
    DriftValidator.test_call(
        statistics=statistics,
        baseline_statistics=baseline,
        anomalies=anomalies,
        limits=DivergenceLimits().to_json(),
    )
    return anomalies


@pytest.fixture
def loud(make_statistics):
    def make(seed: int, shift: float = 0.0, count: int = 500):
        values = np.random.default_rng(seed).normal(-20 + shift, 3, count)
        return make_statistics(50, loudness=values.astype(np.float32))

    return make


def _found(folder: pathlib.Path, split: str) -> list[str]:
    path = folder / f"Split-{split}" / "SchemaDiff.pb"
    return list(anomalies_pb2.Anomalies.FromString(path.read_bytes()).anomaly_info)


def test_drift_is_reported_for_programs_and_for_people(loud, tmp_path):
    new = _artifact(tmp_path / "new", 3, train=loud(0), eval=loud(1), all=loud(2, shift=-30))
    old = _artifact(tmp_path / "old", 1, all=loud(3))
    anomalies = _run(new, old, tmp_path / "out")
    assert artifact_utils.decode_split_names(anomalies.split_names) == ["drift", "skew"]
    assert anomalies.get_int_custom_property("blessed") == 0
    assert _found(tmp_path / "out", "drift") == ["audio/loudness"]
    assert _found(tmp_path / "out", "skew") == []
    rows = json.loads((tmp_path / "out" / "comparisons.json").read_text())
    assert [(row["kind"], row["feature"]) for row in rows] == [
        ("drift", "audio/loudness"),
        ("skew", "audio/loudness"),
    ]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "The videos of span 3" in page
    assert "1 of 2 comparisons differ" in page
    assert "differs from the span before: divergence 1.000" in page
    assert len(re.findall(r'src="data:image/png;base64,iVBOR', page)) == 2
    for picture in ("drift.png", "skew.png"):
        assert (tmp_path / "out" / picture).read_bytes().startswith(b"\x89PNG")


def test_skew_between_the_splits_is_found(loud, tmp_path):
    new = _artifact(tmp_path / "new", 2, train=loud(0), eval=loud(1, shift=-30), all=loud(2))
    old = _artifact(tmp_path / "old", 1, all=loud(3))
    anomalies = _run(new, old, tmp_path / "out")
    assert _found(tmp_path / "out", "drift") == []
    assert _found(tmp_path / "out", "skew") == ["audio/loudness"]
    assert anomalies.get_int_custom_property("blessed") == 0


def test_a_first_span_is_compared_with_itself_only(loud, tmp_path):
    new = _artifact(tmp_path / "new", 1, train=loud(0), eval=loud(1), all=loud(2))
    anomalies = _run(new, _artifact(tmp_path / "old", 0), tmp_path / "out")
    assert artifact_utils.decode_split_names(anomalies.split_names) == ["skew"]
    assert anomalies.get_int_custom_property("blessed") == 1
    assert "Nothing differs" in (tmp_path / "out" / "index.html").read_text()
    assert not (tmp_path / "out" / "drift.png").exists()
