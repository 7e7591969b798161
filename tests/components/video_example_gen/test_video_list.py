"""Lists of videos: what is found, and when the file changes."""

from __future__ import annotations

import os

import pytest

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.video_list import (
    ListedVideo,
    common_folder,
    list_videos,
    read_video_list,
    write_list,
    write_video_list,
)


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
    assert videos == list_videos([str(folder)])
    assert [os.path.relpath(video.path, folder) for video in videos] == [
        *("a.webm", "b.mp4", "deep/er/c.mp4", "deep/no_suffix")
    ]
    assert videos[1].size == str(len("changedb.mp4"))


def test_what_is_written_can_be_read(tmp_path):
    videos = [
        ListedVideo("/a,b.mp4", "3", "4", 0.04, 1234567.125, "g", ('say "a, b"', "/m/09x0r")),
        ListedVideo(os.fsdecode(b"/\xff.mp4"), labels=("dog, barking",)),
        ListedVideo("/c.mp4", start=30.0),
        ListedVideo("/d.mp4", file_id="deep/d.mp4", split="eval"),
    ]
    path = write_list(videos, str(tmp_path / "videos.csv")).path
    assert read_video_list(storage.read_lines(path), path) == videos


def test_lists_without_ids_and_splits_are_written_as_ever(tmp_path):
    path = write_list([ListedVideo("/a.mp4")], str(tmp_path / "videos.csv")).path
    [header, _] = storage.read_lines(path)
    assert header == "path,size,modified,start,end,group,labels,annotations_modified\n"


def test_lists_made_by_hand():
    lines = ["path,label,end,comment\n", "/a.mp4,bell,2.5,x\n", "\n", "/b.mp4\n"]
    assert read_video_list(lines, "x.csv") == [
        ListedVideo("/a.mp4", end=2.5, labels=("bell",)),
        ListedVideo("/b.mp4"),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("/a.mp4,x,2", r"x\.csv, line 3: start must be a number of seconds, not 'x'"),
        ("/a.mp4,inf,", "line 3: start"),
        ("/a.mp4,3,2", "line 3: the end, 2 s, is not after the start, 3 s"),
        ("/a.mp4,,0", "line 3: the end"),
    ],
)
def test_broken_times_are_named(row, message):
    with pytest.raises(ValueError, match=message):
        read_video_list(["path,start,end\n", "/good.mp4,1,2\n", f"{row}\n"], "x.csv")


def test_rows_of_the_same_segment_are_joined():
    lines = ["path,start,label\n", "/a.mp4,1,x\n", "/a.mp4,1,y\n", "/a.mp4,2,x\n", "/a.mp4,1,x\n"]
    assert read_video_list(lines, "x.csv") == [
        ListedVideo("/a.mp4", start=1.0, labels=("x", "y")),
        ListedVideo("/a.mp4", start=2.0, labels=("x",)),
    ]


def test_read_list_needs_paths():
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


SEGMENTS = """\
id,start,end,labels
whole,30,40,"dog,cat"
whole,50,60,cat
cut,30,40,dog
gone,30,40,dog
"""


@pytest.fixture
def segments(folder) -> str:
    (folder / "deep" / "whole.mp4").write_bytes(b"whole")
    (folder / "cut_000030.mp4").write_bytes(b"cut")
    path = folder / "segments.csv"
    path.write_text(SEGMENTS)
    return str(path)


def test_segments_are_listed_with_their_files(folder, segments):
    videos = list_videos([str(folder)], segments)
    whole = str(folder / "deep" / "whole.mp4")
    assert [video._replace(modified="") for video in videos] == [
        ListedVideo(whole, "5", "", 30, 40, "whole", ("dog", "cat")),
        ListedVideo(whole, "5", "", 50, 60, "whole", ("cat",)),
        ListedVideo(str(folder / "cut_000030.mp4"), "3", "", None, None, "cut", ("dog",)),
        ListedVideo(str(folder / "gone"), "", "", 30, 40, "gone", ("dog",)),
    ]
    assert all(video.modified for video in videos[:3])


def test_no_segment_with_a_file_is_an_error_that_says_how_to_name_files(folder, tmp_path):
    (tmp_path / "s.csv").write_text("x1,30,40,dog\nx2,30,40,dog\n")
    with pytest.raises(FileNotFoundError, match=r"none of the 2 segments of .*s\.csv .*x1\.mp4"):
        list_videos([str(folder)], str(tmp_path / "s.csv"))


def test_no_segments_csv_is_an_error(folder):
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        list_videos([str(folder)], "nothing.csv")
