"""Lists of videos: what is found, and when the file changes."""

from __future__ import annotations

import os
import pathlib

import pytest

from components.video_example_gen.video_list import (
    common_folder,
    find_videos,
    read_video_list,
    write_video_list,
)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    names = ["b.mp4", "a.webm", "deep/er/c.mp4", "deep/no_suffix"]
    others = [".hidden.mp4", "annotations.jsonl", "README.md", "README", "deep/x.csv", ".git/o.mp4"]
    for name in names + others:
        path = tmp_path / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "videos"


def _names(folder: pathlib.Path, paths: list[str]) -> list[str]:
    return [os.path.relpath(path, folder) for path in paths]


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


def test_list_is_rewritten_only_when_something_changed(folder, tmp_path):
    destination = str(tmp_path / "runs" / "videos.csv")
    assert write_video_list([str(folder)], destination) == (destination, 4, True)
    os.utime(destination, (1, 1))
    assert not write_video_list([str(folder)], destination).changed
    assert os.stat(destination).st_mtime == 1
    for change in ("b.mp4", "annotations.jsonl"):
        (folder / change).write_bytes(b"changed" + change.encode())
        assert write_video_list([str(folder)], destination).changed
    with open(destination, newline="") as file:
        videos = read_video_list(file, destination)
    assert [video.path for video in videos] == find_videos([str(folder)])


def test_read_list_needs_paths():
    assert read_video_list(["path,label\n", "/a.mp4,bell\n"], "x.csv") == [("/a.mp4", "bell")]
    with pytest.raises(ValueError, match=r"x\.csv.*'path'"):
        read_video_list(["file\n", "a.mp4\n"], "x.csv")
    with pytest.raises(ValueError, match="no videos"):
        read_video_list(["path\n"], "x.csv")


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["/a/b/c.mp4", "/a/b/d/e.mp4"], "/a/b"),
        (["/a/b/c.mp4"], "/a/b"),
        (["/a/bc/c.mp4", "/a/b/c.mp4"], "/a"),
        (["gs://x/a/1.mp4", "gs://x/b/1.mp4"], "gs://x"),
    ],
)
def test_common_folder(paths, folder):
    assert common_folder(paths) == folder
