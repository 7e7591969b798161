"""Finding versions and telling whether they are complete."""

from __future__ import annotations

import os
import pathlib
import shutil

import grpc
import pytest
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2

from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder

_SERVE = frozenset({"serve"})


@pytest.fixture
def folder(toy_folder: pathlib.Path, tmp_path: pathlib.Path) -> VersionFolder:
    shutil.copytree(toy_folder / "3", tmp_path / "3")
    return VersionFolder(tmp_path / "3", 3)


def test_finds_numbered_folders_with_a_saved_model(tmp_path: pathlib.Path):
    for name in ("1", "0020", "x3", "4", "\u0665"):
        (tmp_path / name).mkdir()
        if name != "4":
            (tmp_path / name / "saved_model.pb").touch()
    (tmp_path / "5").touch()
    assert sorted(f.version for f in VersionFolder.find_all(tmp_path)) == [1, 20]


def test_names_that_are_no_versions_are_left_alone(tmp_path: pathlib.Path):
    greatest = 2**63 - 1
    others = [
        "99999999999999999999",
        str(greatest + 1),
        "9" * 250,
        "-1",
        "+2",
        " 3",
        "1.tmp",
        "1e3",
    ]
    for name in [*others, "0", str(greatest)]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").touch()
    assert sorted(f.version for f in VersionFolder.find_all(tmp_path)) == [0, greatest]


def test_folders_that_cannot_be_looked_into_hide_no_others(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("1", "2", "4"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").touch()
    (tmp_path / "3").symlink_to("3")  # a link to itself
    stat = os.stat

    def refuse(path: object, **how: object) -> os.stat_result:  # root may look into any
        if str(path).startswith(str(tmp_path / "4")):
            raise PermissionError(13, "Permission denied")
        return stat(path, **how)

    monkeypatch.setattr(os, "stat", refuse)
    assert sorted(f.version for f in VersionFolder.find_all(tmp_path)) == [1, 2]


def test_a_link_that_leads_nowhere_is_a_file_like_others(folder: VersionFolder):
    before = folder.fingerprint()
    (folder.path / ".#lock").symlink_to("somebody@somewhere")
    assert len(folder.fingerprint()) == len(before) + 1
    assert folder.idle_seconds() < 60


def test_a_graph_as_text(folder: VersionFolder):
    file = folder.path / "saved_model.pb"
    graph = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    file.unlink()
    assert VersionFolder.find_all(folder.path.parent) == []
    file = file.with_suffix(".pbtxt")
    file.write_text(text_format.MessageToString(graph))
    assert VersionFolder.find_all(folder.path.parent) == [folder]
    assert folder.read_meta_graph(_SERVE) == graph.meta_graphs[0]
    file.write_text("no { graph")
    with pytest.raises(ServingError, match="damaged"):
        folder.read_meta_graph(_SERVE)


def test_fingerprint_changes_with_the_files(folder: VersionFolder):
    before = folder.fingerprint()
    assert before == folder.fingerprint()
    with (folder.path / "variables" / "variables.index").open("ab") as file:
        file.write(b"x")
    assert folder.fingerprint() != before


def test_idle_seconds_are_not_carried_over_by_a_copy(folder: VersionFolder):
    for file in folder.path.rglob("*"):
        os.utime(file, (0, 0))
    assert folder.idle_seconds() < 60


def test_reads_the_graph_of_a_complete_version(folder: VersionFolder):
    assert "serving_default" in folder.read_meta_graph(_SERVE).signature_def


@pytest.mark.parametrize("lost", ["variables.index", "variables.data-00000-of-00001"])
def test_missing_variables(folder: VersionFolder, lost: str):
    (folder.path / "variables" / lost).unlink()
    with pytest.raises(ServingError, match="not complete") as caught:
        folder.read_meta_graph(_SERVE)
    assert caught.value.code == grpc.StatusCode.NOT_FOUND


def test_damaged_saved_model(folder: VersionFolder):
    (folder.path / "saved_model.pb").write_bytes(b"\xff not a protobuf")
    with pytest.raises(ServingError, match="damaged") as caught:
        folder.read_meta_graph(_SERVE)
    assert caught.value.code == grpc.StatusCode.DATA_LOSS


def test_missing_tags(folder: VersionFolder):
    with pytest.raises(ServingError, match=r"\['serve'\]"):
        folder.read_meta_graph(frozenset({"train"}))
