from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.saved_model_path import saved_model_path


def _model(folder):
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").touch()
    return str(folder)


def test_a_saved_model_is_its_own_folder(tmp_path):
    folder = _model(tmp_path / "model")
    assert saved_model_path(folder) == folder


def test_the_newest_complete_version_is_taken(tmp_path):
    _model(tmp_path / "9")
    newest = _model(tmp_path / "10")
    (tmp_path / "11").mkdir()  # still being copied
    _model(tmp_path / "temporary")
    assert saved_model_path(str(tmp_path)) == newest


def test_a_model_artifact_holds_it_deeper(tmp_path):
    folder = _model(tmp_path / "Format-Serving")
    assert saved_model_path(str(tmp_path)) == folder


def test_anything_else_is_an_error_that_says_what_to_give(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(FileNotFoundError, match="numbered versions"):
            saved_model_path(str(path))
