from __future__ import annotations

import pathlib
from collections.abc import Iterable

import pytest
import tensorflow as tf

from objects_that_sound.models import examples
from objects_that_sound.models.training.validation_files import validation_files


def _write(artifact: pathlib.Path, split: str, groups: Iterable[str]) -> str:
    path = artifact / f"Split-{split}" / "data-00000-of-00001.gz"
    path.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for group in groups:
            features = {examples.VIDEO_ID: group, examples.VIDEO_GROUP: group}
            writer.write(examples.make_example(features).SerializeToString())
    return str(path)


def _patterns(*artifacts: pathlib.Path) -> list[str]:
    return [str(artifact / "Split-eval" / "*") for artifact in artifacts]


def test_val_is_taken_where_there_is_one(tmp_path):
    _write(tmp_path, "eval", "ab")
    val = _write(tmp_path, "val", "ccccd")
    assert validation_files(_patterns(tmp_path)) == ([val], "val")


def test_eval_takes_its_place_where_there_is_none(tmp_path):
    path = _write(tmp_path, "eval", "ab")
    assert validation_files(_patterns(tmp_path)) == ([path], "eval")
    assert validation_files([path]) == ([path], "eval")  # a file outside of TFX


@pytest.mark.parametrize("groups", ["", "ccc"])
def test_eval_takes_the_place_of_a_val_without_mismatched_pairs(tmp_path, groups):
    path = _write(tmp_path, "eval", "ab")
    _write(tmp_path, "val", groups)
    assert validation_files(_patterns(tmp_path)) == ([path], "eval")


def test_of_a_window_of_spans_those_are_taken_that_have_it(tmp_path):
    spans = [tmp_path / name for name in ("1", "2", "3")]
    for span in spans:
        _write(span, "eval", "ab")
    found = [_write(spans[1], "val", "c"), _write(spans[2], "val", "d")]
    assert validation_files(_patterns(*spans)) == (found, "val")


def test_no_files_are_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="Split-eval"):
        validation_files(_patterns(tmp_path))
