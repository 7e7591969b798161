"""Pushes are the newest version, whatever lies in the folder."""

from __future__ import annotations

import errno
import pathlib

import pytest
from tfx import v1 as tfx
from tfx.types import standard_artifacts
from tfx.utils import proto_utils

from objects_that_sound.components import next_version
from objects_that_sound.components.pusher import executor
from objects_that_sound.components.pusher.component import Pusher
from objects_that_sound.components.pusher.executor import Executor


@pytest.fixture
def push(tmp_path, set_clock):
    """Pushes a model into `served`; returns the PushedModel."""
    set_clock(next_version, time=lambda: 1000.9)
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    saved = tmp_path / "model" / "Format-Serving"
    (saved / "variables").mkdir(parents=True)
    (saved / "saved_model.pb").write_text("graph")
    (saved / "variables" / "variables.index").write_text("weights")
    destination = tfx.proto.PushDestination(
        filesystem=tfx.proto.PushDestination.Filesystem(base_directory=str(tmp_path / "served"))
    )
    properties = {"push_destination": proto_utils.proto_to_json(destination)}

    def run(*, blessed: bool = True) -> standard_artifacts.PushedModel:
        blessing = standard_artifacts.ModelBlessing()
        blessing.uri = str(tmp_path / "blessing")
        (tmp_path / "blessing").mkdir(exist_ok=True)
        blessing.set_int_custom_property("blessed", int(blessed))
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / "pushed")
        Executor().Do(
            {"model": [model], "model_blessing": [blessing]}, {"pushed_model": [pushed]}, properties
        )
        return pushed

    return run


def _content(folder: pathlib.Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


WHOLE = {"saved_model.pb": "graph", "variables/variables.index": "weights"}


@pytest.mark.parametrize(
    ("there", "version"),
    [((), "1000"), (("999",), "1000"), (("1000",), "1001"), (("5000",), "5001")],
)
def test_the_new_version_is_the_highest_and_whole(push, tmp_path, there, version):
    for name in there:
        (tmp_path / "served" / name).mkdir(parents=True)
    pushed = push()
    assert pushed.get_int_custom_property("pushed") == 1
    assert pushed.get_string_custom_property("pushed_version") == version
    assert pushed.get_string_custom_property("pushed_destination") == str(
        tmp_path / "served" / version
    )
    assert _content(tmp_path / "served" / version) == WHOLE
    assert _content(tmp_path / "pushed") == WHOLE
    assert all(not _content(tmp_path / "served" / name) for name in there)  # as they were


def test_two_pushes_in_one_second_are_two_versions(push, tmp_path):
    push(), push()
    assert sorted(path.name for path in (tmp_path / "served").iterdir()) == ["1000", "1001"]


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_push_that_fails_leaves_no_part_of_a_version(push, tmp_path, monkeypatch, fails):
    # There are three copies: the record of what is served, the version, and its last file.
    count = iter(range(1, 4))

    def once_full(copy):
        def run(source, target, **how):
            if next(count) == fails:
                pathlib.Path(target).parent.mkdir(exist_ok=True)
                (pathlib.Path(target).parent / "part").touch()
                raise OSError(errno.ENOSPC, "No space left on device")
            copy(source, target, **how)

        return run

    for name in ("copy_dir", "copy_file"):
        monkeypatch.setattr(executor.io_utils, name, once_full(getattr(executor.io_utils, name)))
    with pytest.raises(OSError, match="No space left"):
        push()
    assert not (tmp_path / "served" / "1000").exists()
    monkeypatch.undo()
    assert int(push().get_string_custom_property("pushed_version")) >= 1000


def test_what_is_not_blessed_is_not_pushed(push, tmp_path):
    assert push(blessed=False).get_int_custom_property("pushed") == 0
    assert not (tmp_path / "served").exists()


def test_the_component_is_tfx_pusher_with_this_executor():
    assert issubclass(Pusher, tfx.components.Pusher)
    assert Pusher.EXECUTOR_SPEC.executor_class is Executor
