from __future__ import annotations

import pathlib

import numpy as np
import pytest

from objects_that_sound.models.training.checkpoint_store import Checkpoint, CheckpointStore


def _checkpoint(step: int) -> Checkpoint:
    arrays = [np.full([3, 2], step, np.float32), np.array(step, np.int64), np.zeros([0], np.uint32)]
    return Checkpoint(
        {"variables": arrays, "best_weights": []},
        {"step": step, "history": {"loss": [0.1, 1 / 3]}, "stopped": False},
    )


@pytest.fixture
def folder(tmp_path) -> pathlib.Path:
    return tmp_path / ".unfinished" / "key"


@pytest.fixture
def store(folder) -> CheckpointStore:
    return CheckpointStore(str(folder))


def _steps(store: CheckpointStore) -> list[int]:
    return [checkpoint.state["step"] for checkpoint in store.newest()]


def test_a_checkpoint_comes_back_as_it_was(store):
    store.save(12, _checkpoint(12))
    [read] = store.newest()
    assert read.state == _checkpoint(12).state
    for there, here in zip(
        read.arrays["variables"], _checkpoint(12).arrays["variables"], strict=True
    ):
        assert there.dtype == here.dtype
        np.testing.assert_array_equal(there, here)


def test_without_a_folder_there_is_none(store):
    assert _steps(store) == []


def test_the_last_two_are_kept(store, folder):
    for step in (5, 1000, 999_999_999, 1_000_000_000):  # longer numbers sort by value
        store.save(step, _checkpoint(step))
    assert _steps(store) == [1_000_000_000, 999_999_999]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped"])
def test_a_broken_one_falls_back_to_the_one_before(store, folder, capsys, damage):
    store.save(1, _checkpoint(1))
    store.save(2, _checkpoint(2))
    newest = folder / "step-000000002.npz"
    content = bytearray(newest.read_bytes())
    if damage == "flipped":
        place = content.index(np.full([3, 2], 2, np.float32).tobytes())
        content[place] ^= 1
    else:
        content = content[: len(content) // 2 if damage == "truncated" else 0]
    newest.write_bytes(content)
    assert _steps(store) == [1]
    assert "step-000000002.npz can't be read" in capsys.readouterr().err


def test_what_a_killed_run_left_half_written_is_cleared(store, folder):
    store.save(1, _checkpoint(1))
    (folder / ".part-123").write_bytes(b"half")
    assert _steps(store) == [1]
    assert [path.name for path in folder.iterdir()] == ["step-000000001.npz"]


def test_removing_leaves_other_trainings_alone(store, folder):
    other = CheckpointStore(str(folder.parent / "other"))
    other.save(3, _checkpoint(3))
    store.save(1, _checkpoint(1))
    store.remove()
    assert _steps(other) == [3]
    other.remove()
    assert not folder.parent.exists()
    other.remove()  # nothing is there any more
