"""The damage benchmark tells refused copies, whole ones, and damage that nobody sees."""

from __future__ import annotations

import pathlib
from fractions import Fraction

import pytest
from click.testing import CliRunner

from benchmarks.ingest import damage
from benchmarks.ingest.clips import Clip, make_clip


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list[pathlib.Path]:
    """Two clips of different scenes."""
    folder = tmp_path_factory.mktemp("clips")
    return [make_clip(Clip(seed, 2, Fraction(5)), folder) for seed in (1, 2)]


def _printed(video: pathlib.Path, count: int) -> str:
    command = [str(video), "--count", str(count), "--moments", "2"]
    result = CliRunner().invoke(damage.main, command)
    assert result.exit_code == 0, result.output
    return result.output


def _rows(printed: str) -> dict[str, list[int]]:
    cells = [line.strip("| ").split(" | ") for line in printed.splitlines() if "|" in line]
    return {
        name: [int(cell) for cell in rest] for name, *rest in cells if rest and rest[0].isdigit()
    }


def test_each_way_is_tried_in_turn(clips):
    rows = _rows(_printed(clips[0], 2 * len(damage.DAMAGES)))
    assert [sum(rows[name]) for name in damage.DAMAGES] == [2] * len(damage.DAMAGES)
    assert rows["the end is missing"] == [2, 0, 0]
    assert sum(rows["all"]) == 2 * len(damage.DAMAGES)


def test_what_is_changed_unseen_is_told_from_what_is_not(clips, monkeypatch):
    other = clips[1].read_bytes()
    ways = {"nothing": lambda data, *_: data, "another video": lambda *_: other}
    monkeypatch.setattr(damage, "DAMAGES", ways)
    rows = _rows(_printed(clips[0], 4))
    assert rows == {"nothing": [0, 2, 0], "another video": [0, 0, 2], "all": [0, 2, 2]}


def test_what_is_no_video_is_counted_apart(tmp_path):
    path = tmp_path / "text.mp4"
    path.write_text("text " * 100)
    printed = _printed(path, 2)
    assert _rows(printed)["all"] == [0, 0, 0]
    assert "2 videos could not be used" in printed
