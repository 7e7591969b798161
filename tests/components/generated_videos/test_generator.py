"""Tests of generating a folder."""

import json
import os

import pytest

from objects_that_sound.components.generated_videos.difficulty import Difficulty
from objects_that_sound.components.generated_videos.generator import generate_videos


def _generate(folder, count=3, **kwargs):
    defaults = {"seed": 4, "seconds": 1.0, "workers": 1, "progress": False}
    return generate_videos(folder, count, **(defaults | kwargs))


def _files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_do_not_depend_on_count_or_number_of_processes(tmp_path):
    assert _generate(tmp_path / "a", 2) == 2
    assert _generate(tmp_path / "b", 4, workers=2) == 4
    small, large = _files(tmp_path / "a"), _files(tmp_path / "b")
    assert len(large) == 4 + 2  # The annotations and the parameters.
    for name in small.keys() - {"annotations.jsonl"}:
        assert small[name] == large[name]
    assert large["annotations.jsonl"].startswith(small["annotations.jsonl"])
    videos = [json.loads(line)["video"] for line in large["annotations.jsonl"].splitlines()]
    assert videos == sorted(large.keys() - {"annotations.jsonl", "generated.json"})


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    _generate(tmp_path)
    before = _files(tmp_path)
    names = sorted(name for name in before if name.startswith("video_"))
    (tmp_path / names[1]).unlink()
    (tmp_path / "annotations.jsonl").unlink()
    os.utime(tmp_path / names[0], (1, 1))
    assert _generate(tmp_path) == 1
    assert _files(tmp_path) == before
    assert (tmp_path / names[0]).stat().st_mtime == 1  # Kept, not written again.


def test_a_smaller_count_removes_generated_videos_and_nothing_else(tmp_path):
    _generate(tmp_path, 3)
    (tmp_path / "holiday.mp4").write_bytes(b"mine")
    assert _generate(tmp_path, 1) == 0
    names = sorted(path.name for path in tmp_path.glob("*.*"))
    assert len([n for n in names if n.startswith("video_")]) == 1
    assert (tmp_path / "holiday.mp4").read_bytes() == b"mine"
    assert len((tmp_path / "annotations.jsonl").read_text().splitlines()) == 1


def test_other_parameters_are_refused_unless_told_to_overwrite(tmp_path):
    _generate(tmp_path, 1)
    with pytest.raises(ValueError, match="other parameters"):
        _generate(tmp_path, 1, seed=5)
    with pytest.raises(ValueError, match="other parameters"):
        _generate(tmp_path, 1, difficulty=Difficulty(webm_share=1.0))
    assert _generate(tmp_path, 1, seed=5, overwrite=True) == 1
    assert json.loads((tmp_path / "generated.json").read_text())["seed"] == 5


def test_videos_of_unknown_parameters_are_refused(tmp_path):
    _generate(tmp_path, 1)
    (tmp_path / "generated.json").write_text('{"seed": 4,')
    with pytest.raises(ValueError, match="other parameters"):
        _generate(tmp_path, 1)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"seed": -1}, {"seconds": 0.5}])
def test_arguments_out_of_range_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="must be >= "):
        _generate(tmp_path, **wrong)


def test_a_second_call_touches_nothing(tmp_path):
    _generate(tmp_path)
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))
    assert _generate(tmp_path) == 0
    assert {path.stat().st_mtime for path in tmp_path.iterdir()} == {1}
