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
    (folder / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no videos in the folder .*empty"):
        find_videos([str(folder), str(folder / "empty")])


def test_sizes_and_times_are_told(folder):
    os.utime(folder / "b.mp4", ns=(1, 2))
    [file] = find_videos([str(folder / "b.mp4")])
    assert file == (str(folder / "b.mp4"), "5", "2")


def test_broken_links_are_candidates_and_pipes_are_not(tmp_path):
    (tmp_path / "link.mp4").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.mp4")
    assert find_videos([str(tmp_path)]) == [(str(tmp_path / "link.mp4"), "", "")]


@pytest.fixture
def looped(tmp_path):
    """A folder with a video, and links that lead back to it, to themselves and elsewhere."""
    (tmp_path / "videos" / "deep").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for path in ("videos/deep/a.mp4", "elsewhere/b.mp4"):
        (tmp_path / path).touch()
    for name in ("round", "again"):
        (tmp_path / "videos" / "deep" / name).symlink_to("..")
    (tmp_path / "videos" / "itself").symlink_to("itself")
    (tmp_path / "videos" / "linked").symlink_to("../elsewhere")
    return tmp_path / "videos"


@pytest.mark.parametrize("pattern", ["", "/", "/**", "/**/*.mp4", "/**/deep/**/*.mp4", "/*/*.mp4"])
def test_links_to_folders_are_followed_but_not_round_and_round(looped, pattern):
    found = [file.path for file in find_videos([f"{looped}{pattern}"])]
    named = [path for path in found if path.endswith(".mp4")]
    linked = [] if "deep" in pattern else [f"{looped}/linked/b.mp4"]
    assert named == [f"{looped}/deep/a.mp4", *linked]


def test_a_relative_pattern_finds_the_same(looped, monkeypatch):
    monkeypatch.chdir(looped)
    for pattern in ("**/*.mp4", "./**/*.mp4", "**/[ab].mp4", "."):
        found = {file.path for file in find_videos([pattern])}
        assert {f"{looped}/deep/a.mp4", f"{looped}/linked/b.mp4"} <= found, pattern


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


SIDE_FILES = [
    *("clip.nfo", "clip.description", "clip.info.json", "clip.en.vtt", "clip.srt", "clip.ass"),
    *("clip.jpg", "clip.webp", "clip.mp4.png", "clip.image", "folder.jpeg", "poster.avif"),
    *("GX010001.LRV", "GX010001.THM", "MOV001.MOI", "DJI_0001.LRF", "clip.xmp", "C0001M01.XML"),
    *("clip.mp4.part", "clip.mp4.ytdl", "clip.f137.mp4.part-Frag12", "clip.mp4.crdownload"),
    *("clip.live_chat.json", "clip.url", "clip.webloc", "desktop.ini", "Thumbs.db", "sums.md5"),
]


@pytest.mark.parametrize("name", SIDE_FILES)
def test_side_files_are_no_videos(name: str, folder):
    (folder / "deep" / name).write_bytes(b"beside")
    for patterns in ([str(folder)], [f"{folder}/**/*"]):
        found = find_videos(patterns)
        assert _names(folder, found) == ["a.webm", "b.mp4", "deep/er/c.mp4", "deep/no_suffix"]


@pytest.mark.parametrize("name", ["clip.jpg", "clip.nfo", "clip.LRV"])
def test_a_side_file_that_is_named_is_taken(name: str, folder):
    (folder / name).write_bytes(b"beside")
    assert _names(folder, find_videos([str(folder / name)])) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("a.ts", "a.MTS", "a.m2ts", "a.vob", "a.dat", "a.mod", "a.tod", "a.3gp", "a.ogv", "a.rm"),
        *("a.wmv", "a.flv", "a.m4v", "a.mxf", "a.insv", "a.part.mp4", "jpg", "nfo.mp4", "a.m3u8"),
    ],
)
def test_videos_of_any_suffix_are_candidates_and_so_are_playlists(name: str, folder):
    (folder / name).write_bytes(b"video")
    assert name in _names(folder, find_videos([str(folder)]))
