"""A Model artifact that can be served where it lies."""

from __future__ import annotations

import os

from objects_that_sound.tfx_pipeline.servable_candidate import is_servable, make_servable


def _artifact(folder) -> str:
    (folder / "model" / "Format-Serving").mkdir(parents=True)
    (folder / "model" / "Format-Serving" / "saved_model.pb").write_bytes(b"model")
    return str(folder / "model")


def test_an_artifact_becomes_a_base_path_and_stays_one(tmp_path):
    model = _artifact(tmp_path)
    assert not is_servable(model)
    make_servable(model)
    make_servable(model)
    assert is_servable(model)


def test_it_can_be_moved(tmp_path):
    make_servable(_artifact(tmp_path))
    os.rename(tmp_path / "model", tmp_path / "elsewhere")
    assert is_servable(str(tmp_path / "elsewhere"))


def test_what_is_no_artifact_is_left_alone(tmp_path):
    for model in ("", str(tmp_path), str(tmp_path / "nowhere"), "gs://bucket/model/9"):
        make_servable(model)
        assert not is_servable(model)
    assert list(tmp_path.iterdir()) == []
