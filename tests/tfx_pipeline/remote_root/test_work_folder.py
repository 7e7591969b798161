"""Where the copy of a root is."""

from __future__ import annotations

import os

import pytest

from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address, work_folder


def test_a_root_of_this_machine_is_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert work_folder("runs/one") == str(tmp_path / "runs/one")
    assert not is_address("runs/one")
    assert not is_address("/runs/s3:/one")


def test_a_remote_one_has_a_folder_of_caches_always_the_same(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    folder = "/caches/objects-that-sound/roots/s3/bucket/runs/one"
    assert work_folder("s3://bucket/runs/one") == folder
    assert work_folder("s3://bucket//runs/one/") == folder
    monkeypatch.delenv("XDG_CACHE_HOME")
    home = os.path.expanduser("~/.cache/objects-that-sound/roots/s3")
    assert work_folder("s3://bucket/x") == os.path.join(home, "bucket", "x")


@pytest.mark.parametrize("root", ["gs://bucket/x", "https://host/x", "s3://", "s3://b/../../x"])
def test_other_addresses_are_refused(root):
    assert is_address(root)
    with pytest.raises(ValueError, match="such as s3://bucket/root"):
        work_folder(root)
