from __future__ import annotations

import os

import pytest

from objects_that_sound.tfx_pipeline.run_paths import RunPaths


def test_everything_is_under_the_root_and_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = RunPaths.under("runs/mine")
    assert paths.root == str(tmp_path / "runs" / "mine")
    assert os.path.isdir(paths.root)
    inside = (paths.video_list, paths.pipeline_root, paths.metadata)
    for path in (*inside, paths.serving_dir, paths.search_dir):
        assert os.path.isabs(path)
        assert path.startswith(paths.root + os.sep)


def test_a_root_on_remote_storage_is_no_folder_of_that_name_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"such as s3://bucket/root, not gs://bucket/root"):
        RunPaths.under("gs://bucket/root")
    assert not list(tmp_path.iterdir())


def test_the_model_server_finds_versions_under_the_models_name(tmp_path):
    paths = RunPaths.under(str(tmp_path))
    assert paths.serving_dir == str(tmp_path / "serving" / "objects-that-sound")
    assert paths.search_dir == str(tmp_path / "serving" / "search")
