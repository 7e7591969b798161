"""Which files are taken for videos."""

from __future__ import annotations

import os
import pathlib

import pytest

from objects_that_sound.components.video_example_gen.storage import FileInfo
from objects_that_sound.components.video_example_gen.video_files import find_videos


def _names(folder: pathlib.Path, files: list[FileInfo]) -> list[str]:
    return [os.path.relpath(file.path, folder) for file in files]


def test_folder_is_searched_at_any_depth(folder):
    found = find_videos([str(folder)])
    assert _names(folder, found) == ["a.webm", "b.mp4", "deep/er/c.mp4", "deep/no_suffix"]


def test_globs_and_paths_are_joined_without_repeats(folder):
    found = find_videos([f"{folder}/**/*.mp4", str(folder / "b.mp4"), f"{folder}/*"])
    assert _names(folder, found) == ["a.webm", "b.mp4", "deep/er/c.mp4"]


def test_no_match_is_an_error(folder):
    with pytest.raises(FileNotFoundError, match=r"no videos match .*\.avi"):
        find_videos([str(folder), f"{folder}/**/*.avi"])
    with pytest.raises(FileNotFoundError):
        find_videos([])


def test_sizes_and_times_are_told(folder):
    os.utime(folder / "b.mp4", ns=(1, 2))
    [file] = find_videos([str(folder / "b.mp4")])
    assert file == (str(folder / "b.mp4"), "5", "2")


def test_broken_links_are_candidates_and_pipes_are_not(tmp_path):
    (tmp_path / "link.mp4").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert find_videos([str(tmp_path)]) == [(str(tmp_path / "link.mp4"), "", "")]


@pytest.mark.parametrize("name", ["[2024] clips", "what?", "a*b", "[", "back\\slash"])
def test_a_folder_of_any_name_is_taken_by_its_name(tmp_path, name):
    for folder in (name, "2 clips", "whats", "aab"):
        (tmp_path / folder / "deep").mkdir(parents=True)
        (tmp_path / folder / "deep" / "a.mp4").touch()
    path = tmp_path / name
    for pattern in (path, f"{path}/", path / "deep", f"{path}/**/*.mp4", f"{path}/d*/a.mp4"):
        assert _names(path, find_videos([str(pattern)])) == ["deep/a.mp4"]


def test_a_file_of_any_name_is_taken_by_its_name(tmp_path):
    (tmp_path / "a [1].mp4").touch()
    (tmp_path / "a 1.mp4").touch()
    (tmp_path / "link [1].mp4").symlink_to("nowhere")
    for name in ("a [1].mp4", "link [1].mp4"):
        assert _names(tmp_path, find_videos([str(tmp_path / name)])) == [name]
    assert _names(tmp_path, find_videos([f"{tmp_path}/a [1]*.mp4"])) == ["a 1.mp4"]  # a pattern


def test_a_pattern_that_finds_nothing_may_have_been_meant_as_a_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"write \[\[\] for a \[ that is part of a name"):
        find_videos([f"{tmp_path}/a [1]*.mp4"])
    (tmp_path / "a [1].mp4").touch()
    assert _names(tmp_path, find_videos([f"{tmp_path}/a [[]1]*.mp4"])) == ["a [1].mp4"]
