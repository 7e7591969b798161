"""A collection comes into a database, video after video."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.vector_database.connect_database import connect_database
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.video_digests import video_digests
from objects_that_sound.components.vector_database.write_collection import write_collection


@pytest.fixture
def rows(make_features) -> list[dict]:
    return [
        make_features(video, float(time), video % 4) | {"video/id": f"vidéo{video}"}
        for video in range(4)
        for time in range(2)
    ]


@pytest.fixture
def files(write_examples, tmp_path):
    """`files(rows)` are those of a collection of these examples, two of them."""

    def files(rows: list[dict], name: str = "in") -> list[str]:
        artifact = write_examples(tmp_path / name, {"all": rows})
        return sorted(map(str, pathlib.Path(artifact.uri).glob("Split-all/*")))

    return files


@pytest.fixture
def write(toy_model, tmp_path):
    """`write(database, files)` embeds with the toy model."""
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    def write(database, files: list[str]):
        return write_collection(
            database,
            files,
            toy_model.uri,
            work_folder=str(tmp_path / "work"),
            pipeline=beam.Pipeline(options=PipelineOptions(local_beam_pipeline_args())),
        )

    return write


def test_a_video_that_changed_is_written_anew_and_others_stay(address, rows, files, write):
    with connect_database(address) as database:
        # Searches may still be using the version before; those which nobody can use go.
        for model, published in (("oldest", True), ("older", True), ("half", False)):
            other = database.begin(model, "/models/older", 2)
            if published:
                database.publish(other)
        done = write(database, files(rows))
        assert (done.begun, done.moments, done.changed, done.unchanged) == (True, 8, 4, 0)
        version = done.version
        models = [version.model for version in database.versions()]
        assert models == ["older", version.model]
        before = {key: dict(found) for key, found in database.stored(version, ["vidéo1"]).items()}
        # One video gets another moment, one another class, one is new; the rest are not given.
        rows[3] = rows[3] | {"video/time": 5.0}
        rows[4] = rows[4] | {"label": "other"}
        rows[5] = rows[5] | {"label": "other"}
        new = [row | {"video/id": "new"} for row in rows[:2]]
        done = write(database, files(rows[2:] + new, "more"))
        assert (done.begun, done.moments, done.changed, done.unchanged) == (False, 10, 3, 1)
        assert done.version == version
        after = {key: dict(found) for key, found in database.stored(version, ["vidéo1"]).items()}
        assert before != after
        queries = np.ones([1, version.size], np.float32)
        found = database.search(version, "audio", queries, 20, SearchFilter(videos=("vidéo1",)))
        assert sorted(item.time for item in found[0]) == [0, 5]
        found = database.search(version, "audio", queries, 20, SearchFilter(labels=("other",)))
        assert [item.id for item in found[0]] == ["vidéo2"] * 2
        # What a stopped call left half done is done again.
        digest = next(iter(database.stored(version, ["new"])["new"]))
        half = database.stored(version, ["new"])["new"][digest]
        database.delete(version, {"new": "another"})
        assert half == 2
        assert write(database, files(rows[2:] + new, "again")).changed == 1


def test_digests_tell_apart_what_is_embedded_and_nothing_else(rows, files):
    first = video_digests(files(rows))
    assert len({digest for digest, _ in first.values()}) == 4
    assert all(count == 2 for _, count in first.values())
    assert video_digests(files(rows[::-1], "reversed")) == first
    for number, (name, value) in enumerate(
        {
            "image/encoded": rows[2]["image/encoded"],
            "audio/pcm": rows[2]["audio/pcm"],
            "video/time": 7.0,
            "label": "other",
        }.items()
    ):
        changed = [rows[0] | {name: value}, *rows[1:]]
        digests = video_digests(files(changed, str(number)))
        assert digests["vidéo0"].digest != first["vidéo0"].digest, name
        assert all(digests[f"vidéo{n}"] == first[f"vidéo{n}"] for n in range(1, 4))
