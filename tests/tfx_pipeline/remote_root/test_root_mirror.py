"""What is copied between a root on an S3 server and the folder of a machine."""

from __future__ import annotations

import json
import os
import pathlib
import sqlite3

import pytest

from objects_that_sound.serving.s3_folder import S3Folder
from objects_that_sound.tfx_pipeline.remote_root.root_mirror import RootMirror

_VERSION = "serving/objects-that-sound/17"


@pytest.fixture
def remote(address) -> S3Folder:
    return S3Folder(address)


@pytest.fixture
def uploads(monkeypatch) -> list[str]:
    """The names of what is uploaded, in order."""
    names: list[str] = []
    upload = S3Folder.upload

    def noted(folder, path, name):
        upload(folder, path, name)
        names.append(name)

    monkeypatch.setattr(S3Folder, "upload", noted)
    return names


def nothing() -> None:
    pass


def push(mirror: RootMirror, *, last: bool = False) -> None:
    mirror.push(nothing, last=last)


def test_another_machine_has_all_of_it(remote, machine, write, execute, content, uploads):
    here = machine("here")
    mirror = RootMirror(remote, here)
    execute(here)
    write(here, "artifacts/Trainer/model/1/Format-Serving/saved_model.pb", "model")
    write(here, "artifacts/Trainer/model/1/Format-Serving/variables/variables.index", "")
    write(here, "report.html", "é")
    write(here, "artifacts/Trainer/model/1/.part-0123", "unfinished")
    os.makedirs(os.path.join(here.pipeline_root, "Pusher/pushed_model/1"))
    os.symlink("Format-Serving", os.path.join(here.pipeline_root, "Trainer/model/1/1"))
    push(mirror)
    assert uploads[-2:] == [
        "artifacts/Trainer/model/1/Format-Serving/saved_model.pb",
        "metadata.sqlite",
    ]
    there = machine("there")
    write(there, "artifacts/Trainer/model/2/old", "of a run that this machine did not copy")
    RootMirror(remote, there).fetch(nothing)
    assert content(there) == {
        "artifacts/Trainer/model/1/Format-Serving/saved_model.pb": "model",
        "artifacts/Trainer/model/1/Format-Serving/variables/variables.index": "",
        "artifacts/Pusher/pushed_model/1": "/",
        "report.html": "é",
    }
    assert sqlite3.connect(there.metadata).execute("SELECT * FROM Execution").fetchall() == [(1,)]


def test_tfx_takes_the_files_of_another_machine_for_the_same(remote, machine, write):
    from tfx.utils.io_utils import generate_fingerprint

    here = machine("here")
    write(here, "videos/videos.csv", "path\na.mp4\n")
    os.utime(here.video_list, (1_700_000_000, 1_700_000_000))
    push(RootMirror(remote, here))
    there = machine("there")
    RootMirror(remote, there).fetch(nothing)
    known, found = (generate_fingerprint("all", paths.video_list) for paths in (here, there))
    assert "num_files:1," in known
    assert found == known


def test_only_what_changed_is_copied_and_what_is_gone_is_removed(
    remote, machine, write, execute, uploads
):
    here = machine("here")
    mirror = RootMirror(remote, here)
    execute(here)
    for name in ("same", "changed", "gone"):
        write(here, f"artifacts/{name}", "1")
    push(mirror)
    remote.write("notes of somebody", b"", None)
    uploads.clear()
    write(here, "artifacts/changed", "12")
    os.unlink(os.path.join(here.pipeline_root, "gone"))
    for later in (mirror, RootMirror(remote, here)):  # the same run, and the next
        if later is not mirror:
            later.go_on()
        push(later)
        assert uploads == ["artifacts/changed"]
    execute(here)
    push(mirror)
    assert uploads == ["artifacts/changed", "metadata.sqlite"]
    assert set(remote.files()) == {
        "artifacts/same",
        "artifacts/changed",
        "metadata.sqlite",
        "notes of somebody",
    }


def test_what_was_lost_there_is_copied_again(remote, machine, write, uploads):
    here = machine("here")
    write(here, "artifacts/one", "1")
    write(here, "artifacts/two", "2")
    push(RootMirror(remote, here))
    remote.remove("artifacts/one")
    uploads.clear()
    again = RootMirror(remote, here)
    again.go_on()
    push(again)
    assert uploads == ["artifacts/one"]


def test_a_push_that_was_killed_is_gone_on_with(remote, machine, write, uploads):
    here = machine("here")
    for name in "abc":
        write(here, f"artifacts/{name}", name)
    calls = []

    def killed():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RootMirror(remote, here).push(killed)
    assert uploads == ["artifacts/a", "artifacts/b"]
    os.unlink(os.path.join(here.pipeline_root, "a"))
    again = RootMirror(remote, here)
    again.go_on()
    push(again)
    assert set(remote.files()) == {"artifacts/b", "artifacts/c"}


def test_versions_for_model_servers_come_at_the_end_and_metadata_does_not_precede_them(
    remote, machine, write, execute, uploads
):
    here = machine("here")
    mirror = RootMirror(remote, here)
    execute(here)
    push(mirror)
    uploads.clear()
    execute(here)
    write(here, f"{_VERSION}/saved_model.pb", "model")
    write(here, f"{_VERSION}/variables/variables.index", "")
    write(here, "artifacts/one", "1")
    push(mirror)
    assert uploads == ["artifacts/one"]
    write(here, f"{_VERSION}/zz/model_facts.json", "{}")
    push(mirror, last=True)
    assert uploads[1:-1] == [
        f"{_VERSION}/variables/variables.index",
        f"{_VERSION}/zz/model_facts.json",
        f"{_VERSION}/saved_model.pb",
    ]
    assert uploads[-1] == "metadata.sqlite"


def test_files_of_executions_that_metadata_does_not_know_are_not_taken_for_the_next_ones(
    remote, machine, write, execute, content
):
    here = machine("here")
    mirror = RootMirror(remote, here)
    execute(here)
    write(here, "artifacts/VideoExampleGen/examples/1/Split-train/shard", "1")
    write(here, "artifacts/VideoExampleGen/examples/2/Split-train/shard", "of a killed machine")
    write(here, "artifacts/VideoExampleGen/.system/executor_execution/2/log", "likewise")
    write(here, "artifacts/VideoExampleGen/examples/.unfinished/0123/shard", "kept")
    push(mirror)
    there = machine("there")
    second = RootMirror(remote, there)
    second.fetch(nothing)
    kept = {
        "artifacts/VideoExampleGen/examples/1/Split-train/shard": "1",
        "artifacts/VideoExampleGen/examples/.unfinished/0123/shard": "kept",
    }
    found = content(there)
    assert {name: found[name] for name in found if found[name] != "/"} == kept
    push(second)
    assert {name for name in remote.files() if not name.endswith("/")} == {
        *kept,
        "metadata.sqlite",
    }


def test_an_object_that_would_leave_the_folder_is_refused(remote, machine):
    remote.write("artifacts/../../../outside", b"", None)
    here = machine("here")
    with pytest.raises(OSError, match="leads out of it"):
        RootMirror(remote, here).fetch(nothing)


def test_a_folder_has_an_id_of_its_own_that_it_keeps(remote, machine, write):
    here = machine("here")
    known = RootMirror(remote, here).folder_id()
    RootMirror(remote, here).fetch(nothing)
    assert RootMirror(remote, here).folder_id() == known
    assert RootMirror(remote, machine("there")).folder_id() != known
    pathlib.Path(here.root, ".copied.json").write_text("not JSON")
    RootMirror(remote, here).go_on()
    assert json.loads(json.dumps(known)) == known
