"""A folder of blessed models, between one run and the next."""

from __future__ import annotations

import pathlib
import shutil

import pytest

from objects_that_sound.components import next_version
from objects_that_sound.components.blessed_models import (
    NO_VERSION,
    add_model,
    is_no_model,
    latest_version,
    read_model,
)


def _model(folder: pathlib.Path, content: str) -> str:
    for part in ("Format-Serving", "Format-Keras"):
        (folder / part).mkdir(parents=True)
        (folder / part / "weights").write_text(content)
    return str(folder)


def _content(model: str) -> dict[str, str]:
    root = pathlib.Path(model)
    return {
        str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()
    }


@pytest.fixture
def folder(tmp_path) -> str:
    return str(tmp_path / "blessed")


def test_the_model_added_last_comes_back_whole(folder, tmp_path, set_clock):
    set_clock(next_version, time=lambda: 1000.9)  # all in one second
    versions = [add_model(folder, _model(tmp_path / name, name)) for name in "abc"]
    assert versions == ["1000", "1001", "1002"]
    assert latest_version(folder) == "1002"
    found = str(tmp_path / "found")
    read_model(folder, "1002", found)
    assert _content(found) == {"Format-Serving/weights": "c", "Format-Keras/weights": "c"}
    assert not is_no_model(found)
    read_model(folder, "1000", found)
    assert _content(found)["Format-Serving/weights"] == "a"


def test_a_clock_set_back_does_not_hide_the_latest_model(folder, tmp_path, set_clock):
    set_clock(next_version, time=lambda: 1000.0)
    add_model(folder, _model(tmp_path / "a", "a"))
    set_clock(next_version, time=lambda: 10.0)
    assert add_model(folder, _model(tmp_path / "b", "b")) == latest_version(folder) == "1001"


def test_a_model_copied_in_part_does_not_count(folder, tmp_path, monkeypatch):
    add_model(folder, _model(tmp_path / "a", "a"))
    whole = latest_version(folder)
    later = pathlib.Path(folder, str(int(whole) + 5))
    shutil.copytree(tmp_path / "a", later)
    assert latest_version(folder) == whole
    with pytest.raises(FileNotFoundError, match=later.name):
        read_model(folder, later.name, str(tmp_path / "found"))


@pytest.mark.parametrize("exists", [False, True])
def test_before_the_first_model_there_is_none(folder, tmp_path, exists):
    if exists:
        pathlib.Path(folder, "notes").mkdir(parents=True)
    assert latest_version(folder) == NO_VERSION
    found = str(tmp_path / "found")
    read_model(folder, NO_VERSION, found)
    assert is_no_model(found)
    assert _content(found)  # an object store would lose an empty folder
