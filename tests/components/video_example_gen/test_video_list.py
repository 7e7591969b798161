"""Lists of videos: what is found, and when the file changes."""

from __future__ import annotations

import os

import pytest

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video_inputs import find_inputs
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


ODD_NAMES = [
    *(
        b"My title\xe2\x80\xa8part 2 [abc].mp4",
        b"two\nlines.mp4",
        b"carriage\rreturn.mp4",
        b"\r\n.mp4",
    ),
    *(b"next\xc2\x85line.mp4", b"tab\x0bfeed\x0c\x1c\x1d\x1e.mp4", b"paragraph\xe2\x80\xa9.mp4"),
    *(b"not \xff\xfe UTF-8.mp4", b"a,b.mp4", b'"quoted".mp4', b'one"quote.mp4', b" spaces .mp4 "),
    *(
        b"#comment.mp4",
        b"=formula.mp4",
        b"'apostrophe.mp4",
        b"back\\slash.mp4",
        b"~.mp4",
        b"[a]*?.mp4",
    ),
    *(
        b"\xef\xbb\xbfmark.mp4",
        b"bell\x07\x1b[2J.mp4",
        b"x" * 240 + b".mp4",
        b"a:b.mp4",
        b"%s{0}.mp4",
    ),
    *(b"path", b"\xed\xb3\xbf.mp4", "\N{GRINNING FACE}\N{COMBINING ACUTE ACCENT}.mp4".encode()),
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_is_listed_and_changes_the_id_of_no_other(name: bytes, folder, tmp_path):
    def ids() -> dict[str, str]:
        path = write_video_list([str(folder)], str(tmp_path / "videos.csv")).path
        found = find_inputs(str(tmp_path), "videos.csv", IngestConfig())
        assert {video.path for video in found} == {
            video.path for video in list_videos([str(folder)])
        }
        assert path.endswith("videos.csv")
        return {video.video_id: video.path for video in found}

    before = ids()
    assert set(before) == {"a.webm", "b.mp4", "deep/er/c.mp4", "deep/no_suffix"}
    odd = os.path.join(os.fsencode(folder), name)
    with open(odd, "wb") as file:
        file.write(b"odd")
    after = ids()
    assert set(after) - set(before) == {os.fsdecode(name)}
    assert before.items() <= after.items()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_of_a_folder_is_listed(name: bytes, tmp_path):
    folder = os.path.join(os.fsencode(tmp_path), b"videos", name)
    os.makedirs(folder)
    for video in (b"a.mp4", b"b.mp4"):
        with open(os.path.join(folder, video), "wb") as file:
            file.write(b"some")
    write_video_list([str(tmp_path / "videos")], str(tmp_path / "videos.csv"))
    found = find_inputs(str(tmp_path), "videos.csv", IngestConfig())
    assert [video.video_id for video in found] == ["a.mp4", "b.mp4"]


def test_lists_of_spreadsheets_and_of_any_system_are_read(tmp_path):
    path = tmp_path / "by hand.csv"
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["\ufeffpath,label", '"/a, b.mp4",bell', "/c\u2028d.mp4,drum", ""])
        path.write_bytes(text.encode())
        assert read_video_list(storage.read_lines(str(path)), str(path)) == [
            ListedVideo("/a, b.mp4", labels=("bell",)),
            ListedVideo("/c\u2028d.mp4", labels=("drum",)),
        ]


def test_a_quotation_mark_too_few_is_named():
    lines = ["path,label\n", '"/a.mp4,bell\n', "/b.mp4,drum\n"]
    with pytest.raises(ValueError, match=r"x\.csv, line 3: .*quotation mark"):
        read_video_list(lines, "x.csv")


def test_labels_may_hold_anything_but_space_around_them(tmp_path):
    videos = [ListedVideo("/a.mp4", labels=("two\nlines", "car\rriage", "a\u2028b", 'q"q', "a,b"))]
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
