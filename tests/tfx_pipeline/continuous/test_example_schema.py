"""The schema that continuous runs ask of examples."""

from __future__ import annotations

import dataclasses

import pyarrow as pa
import pytest
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl

from objects_that_sound.tfx_pipeline.continuous.example_schema import make_schema, schema_file
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS

GOOD = {
    "video/id": b"a.mp4",
    "video/group": b"a",
    "video/time": 1.5,
    "image/brightness": 0.4,
    "audio/sample_rate": 8000,
    "audio/loudness": -20.0,
    "label": b"bell",
}


def _anomalies(*rows: dict) -> dict[str, str]:
    names = sorted({name for row in rows for name in row})
    columns = [pa.array([[row[name]] if name in row else None for row in rows]) for name in names]
    statistics = stats_impl.generate_statistics_in_memory(
        pa.RecordBatch.from_arrays(columns, names), tfdv.StatsOptions()
    )
    found = tfdv.validate_statistics(statistics, make_schema(PRESETS["smoke"]()))
    return {name: info.short_description for name, info in found.anomaly_info.items()}


def test_good_examples_have_no_anomalies():
    unlabelled = {name: value for name, value in GOOD.items() if name != "label"}
    assert _anomalies(GOOD, {**GOOD, "video/id": b"b.mp4"}, unlabelled) == {}


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("audio/sample_rate", 16000),  # of another preset
        ("audio/loudness", float("nan")),
        ("audio/loudness", 3.0),
        ("image/brightness", 1.5),
        ("video/time", -1.0),
        ("image/brightness", None),
    ],
)
def test_what_is_not_as_it_should_be_is_named(feature, value):
    bad = {name: one for name, one in {**GOOD, feature: value}.items() if one is not None}
    assert list(_anomalies(GOOD, bad)) == [feature]


def test_people_may_edit_the_schema_and_the_cache_sees_it(tmp_path):
    preset = PRESETS["smoke"]()
    first = schema_file(str(tmp_path), preset)
    other = dataclasses.replace(preset, network=PRESETS["demo"]().network)
    assert schema_file(str(tmp_path), other) == first  # the first run's stays
    assert tfdv.load_schema_text(first) == make_schema(preset)
    path = tmp_path / "schema.pbtxt"
    assert path.read_text().startswith("# What examples must be like")
    path.write_text(path.read_text().replace("min: 8000", "min: 4000"))
    second = schema_file(str(tmp_path), preset)
    assert second != first
    assert "min: 4000" in (tmp_path / second).read_text()
    assert "min: 8000" in (tmp_path / first).read_text()
