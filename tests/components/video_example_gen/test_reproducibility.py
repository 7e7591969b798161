"""Segments through the executor; examples do not depend on workers, nor on the list's order."""

from __future__ import annotations

import json
import pathlib
import random

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.models import examples

SEGMENTS = """\
# YTID, start_seconds, end_seconds, positive_labels
a, 0.000, 3.000, "/m/09x0r,/t/dd00088"
a, 3.000, 6.000, "/m/09x0r"
b, 1.000, 4.000, "/m/0bt9lr"
c, 0.000, 10.000, "/m/0jbk"
d, 2.000, 5.000, "/m/0jbk"
gone, 30.000, 40.000, "/m/0jbk"
cut, 30.000, 33.000, "/m/0jbk"
"""


@pytest.fixture(scope="module")
def listed(media, tmp_path_factory):
    """Videos of 6 s, whose seconds are loud and quiet by turns, and one cut already."""
    folder = tmp_path_factory.mktemp("videos")
    for number, name in enumerate("abcd"):
        noise = np.random.default_rng(number).normal(0, 0.1, 6 * 8000)
        noise[np.arange(noise.size) // 8000 % 2 == 1] *= 0.1
        media(folder / f"{name}.mp4", frames=150, sound=noise, sample_rate=8000)
    media(folder / "cut_30.mp4", frames=75, sample_rate=8000)
    (folder / "segments.csv").write_text(SEGMENTS)
    return list_videos([str(folder)], str(folder / "segments.csv"))


def _ingest(listed, folder: pathlib.Path, workers: int = 1, seed: int = 0):
    """All files that the executor writes, by name, and its artifact."""
    from tfx.types import standard_artifacts

    from objects_that_sound.components.video_example_gen.component import VideoExampleGen
    from objects_that_sound.components.video_example_gen.executor import Executor

    component = VideoExampleGen(
        video_list=write_list(listed, str(folder / "videos.csv")).path,
        **{"image_size": 64, "sample_rate": 8000, "examples_per_video": 4, "eval_fraction": 0.5},
        **{"frames": 3, "min_loudness_dbfs": -26.0, "seed": seed},
    )
    artifact = standard_artifacts.Examples()
    artifact.uri = str(folder / "examples")
    context = Executor.Context(beam_pipeline_args=local_beam_pipeline_args(workers))
    Executor(context).Do({}, {"examples": [artifact]}, component.exec_properties)
    out = folder / "examples"
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}, out


def _records(out: pathlib.Path) -> list[dict]:
    files = sorted(map(str, out.glob("Split-*/*")))
    data = tf.data.TFRecordDataset(files, compression_type="GZIP")
    return [examples.read_example(record) for record in data.as_numpy_iterator()]


@pytest.fixture(scope="module")
def ingested(listed, tmp_path_factory):
    return _ingest(listed, tmp_path_factory.mktemp("ingested"))


def test_segments_become_examples_within_them_with_all_their_labels(ingested):
    limits = {}
    for example in _records(ingested[1]):
        video = example[examples.VIDEO_ID][0].decode()
        times, labels, groups = limits.setdefault(video, ([], set(), set()))
        times += example[examples.VIDEO_TIME]
        labels.add(tuple(example[examples.LABELS]))
        groups.update(example[examples.VIDEO_GROUP])
        assert example[examples.LABEL] == example[examples.LABELS][:1]
        assert len(example[examples.FRAMES]) == 3
        assert example[examples.FRAMES][1:2] == example[examples.IMAGE]
        assert example[examples.AUDIO_LOUDNESS][0] >= -26
    assert set(limits) == {
        *("a.mp4#t=0,3", "a.mp4#t=3,6", "b.mp4#t=1,4", "c.mp4#t=0,10", "d.mp4#t=2,5", "cut_30.mp4")
    }
    for video, (times, labels, groups) in limits.items():
        start, end = map(float, video.partition("#t=")[2].split(",")) if "#" in video else (0, 3)
        assert start + 0.5 <= min(times) <= max(times) <= end - 0.5
        assert len(labels) == len(groups) == 1
    assert limits["a.mp4#t=0,3"][1] == {(b"/m/09x0r", b"/t/dd00088")}
    assert limits["a.mp4#t=0,3"][2] == limits["a.mp4#t=3,6"][2] == {b"a"}


def test_segments_without_a_file_are_named(ingested):
    [row] = map(json.loads, ingested[0]["rejects.jsonl"].splitlines())
    assert row["reason"] == "missing_file"
    assert row["video"] == "gone#t=30,40"


@pytest.mark.parametrize(("workers", "decoders"), [(1, 1), (2, 1)])
def test_neither_workers_nor_the_order_of_the_list_change_a_byte(
    listed, ingested, tmp_path, monkeypatch, workers, decoders
):
    monkeypatch.setattr(
        "objects_that_sound.components.video_example_gen.executor.usable_processors",
        lambda: decoders,
    )
    shuffled = random.Random(workers).sample(listed, len(listed))
    assert shuffled != listed
    assert _ingest(shuffled, tmp_path, workers)[0] == ingested[0]


def test_another_seed_takes_other_times(listed, ingested, tmp_path):
    def times(out):
        return {
            (example[examples.VIDEO_ID][0], example[examples.VIDEO_TIME][0])
            for example in _records(out)
        }

    _, out = _ingest(listed, tmp_path, seed=1)
    there, here = times(ingested[1]), times(out)
    assert len(there & here) < len(there) / 2


def test_a_video_gives_the_same_examples_whatever_else_is_ingested(listed, ingested, tmp_path):
    def of_a(out):
        made = [e for e in _records(out) if e[examples.VIDEO_ID][0].startswith(b"a.mp4")]
        return sorted(made, key=lambda e: (e[examples.VIDEO_ID], e[examples.VIDEO_TIME]))

    some = [video for video in listed if video.path.endswith(("a.mp4", "d.mp4"))]
    assert of_a(_ingest(some, tmp_path)[1]) == of_a(ingested[1])
