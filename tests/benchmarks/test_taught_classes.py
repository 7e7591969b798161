"""What one who is taught the names of the classes reaches, on sounds whose class is plain."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from benchmarks.ablations.taught_classes import Heard, avc_by_classes, main
from objects_that_sound.models import examples as contract

NAMES = np.array(["drum", "flute"])
RATE = 16000


@pytest.fixture
def heard() -> Heard:
    """Four groups of one sound, two of each class."""
    return Heard(np.zeros([4, 1]), NAMES[[0, 0, 1, 1]], np.arange(4))


def test_who_knows_all_classes_errs_only_where_a_mismatched_sound_is_of_the_same_class(heard):
    known = np.eye(2)[[0, 0, 1, 1]]
    # 4 of the 12 mismatched pairs are of one class.
    figures = avc_by_classes(known, NAMES, heard)
    assert figures["accuracy"] == pytest.approx((1 + 8 / 12) / 2)
    assert figures["auc"] == pytest.approx(8 / 12 + 4 / 12 / 2)


def test_who_hears_nothing_is_at_chance(heard):
    figures = avc_by_classes(np.full([4, 2], 0.5), NAMES, heard)
    assert figures == pytest.approx({"accuracy": 0.5, "auc": 0.5})


def test_who_is_always_wrong_is_below_chance_by_auc(heard):
    wrong = np.eye(2)[[1, 1, 0, 0]]
    assert avc_by_classes(wrong, NAMES, heard)["auc"] == pytest.approx(4 / 12 / 2)


def _write(folder: pathlib.Path, split: str, kinds: list[int], named: bool) -> None:
    generator = np.random.default_rng(len(kinds))
    path = folder / "examples" / "1" / f"Split-{split}"
    path.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path / "data_tfrecord-00000-of-00001.gz"), "GZIP") as writer:
        for number, kind in enumerate(kinds):
            tone = np.sin(2 * np.pi * (300 + 5 * number) * np.arange(RATE) / RATE)
            sound = tone if kind else generator.uniform(-1, 1, RATE)
            example = contract.make_example(
                {
                    contract.VIDEO_GROUP: f"{split}{number}",
                    contract.AUDIO: (8000 * sound).astype("<i2").tobytes(),
                    contract.AUDIO_SAMPLE_RATE: RATE,
                }
                | ({contract.LABEL: NAMES[kind]} if named else {})
            )
            writer.write(example.SerializeToString())


def test_taught_classifiers_tell_plain_sounds(tmp_path):
    _write(tmp_path, "train", [0, 1] * 12, named=True)
    _write(tmp_path, "eval", [0, 0, 1, 1], named=True)
    result = CliRunner().invoke(main, ["--examples", str(tmp_path)])
    assert result.exit_code == 0, result.output
    rows = [line for line in result.output.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 3
    for row in rows:
        assert row.split(" | ")[1:3] == ["1.000", "0.833"]


def test_videos_without_names_are_an_error_that_says_what_to_do(tmp_path):
    _write(tmp_path, "train", [0, 1], named=False)
    _write(tmp_path, "eval", [0, 1], named=False)
    result = CliRunner().invoke(main, ["--examples", str(tmp_path)])
    assert result.exit_code == 1
    assert "--label-regex" in result.output
