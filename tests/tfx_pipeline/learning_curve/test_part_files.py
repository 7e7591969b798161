"""Counting and copying examples by their scenes."""

from __future__ import annotations

import tensorflow as tf

from objects_that_sound.models import examples as contract
from objects_that_sound.tfx_pipeline.learning_curve.part_files import clips_by_scene, copy_scenes


def _write(path, *rows: tuple[bytes, bytes]) -> str:
    """Two examples of each (group, video)."""
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions("GZIP")) as writer:
        for group, video in rows:
            for time in (1.0, 2.0):
                features = {
                    contract.VIDEO_GROUP: group,
                    contract.VIDEO_ID: video,
                    contract.VIDEO_TIME: time,
                }
                writer.write(contract.make_example(features).SerializeToString())
    return str(path)


def test_videos_are_counted_once_and_names_need_not_be_text(tmp_path):
    files = [
        _write(tmp_path / "0.gz", (b"a", b"a1"), (b"\xff", b"\xff1")),
        _write(tmp_path / "1.gz", (b"a", b"a2"), (b"a", b"a1")),
    ]
    assert clips_by_scene(files) == {b"a": 2, b"\xff": 1}


def test_the_examples_of_the_scenes_are_copied_as_they_are(tmp_path):
    files = [
        _write(tmp_path / "0.gz", (b"a", b"a1"), (b"b", b"b1")),
        _write(tmp_path / "1.gz", (b"b", b"b2")),
        _write(tmp_path / "2.gz", (b"c", b"c1"), (b"a", b"a2")),
    ]
    copy_scenes(files, {b"a", b"c"}, str(tmp_path / "part"))
    copies = sorted(str(path) for path in (tmp_path / "part").iterdir())
    assert len(copies) == 2  # nothing of the second file is left
    assert clips_by_scene(copies) == {b"a": 2, b"c": 1}
    kept = set(tf.data.TFRecordDataset(copies, "GZIP").as_numpy_iterator())
    there = set(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())
    assert len(kept) == 6
    assert kept < there
