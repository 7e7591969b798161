"""Which file a segment is in, by its name."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.segment_files import find_segment_files
from objects_that_sound.components.video_example_gen.segments import Segment


def _find(paths: list[str], start: float = 30, end: float = 40, video_id: str = "-a_b"):
    [found] = find_segment_files(paths, [Segment(video_id, start, end, ())])
    return found.path, found.cut


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".xyz", ""])
def test_the_whole_video(suffix):
    assert _find(["/v/other.mp4", f"/v/deep/-a_b{suffix}"]) == (f"/v/deep/-a_b{suffix}", False)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("-a_b_30", 30, 40),
        ("-a_b_30.000", 30, 40),
        ("-a_b_000030", 30, 40),
        ("-a_b_30000", 30, 40),
        ("-a_b_30_40", 30, 40),
        ("-a_b-30-40", 30, 40),
        ("-a_b_30.0_40.0", 30, 40),
        ("-a_b_30.000_40.000", 30, 40),
        ("-a_b_30000_40000", 30, 40),
        ("-a_b_0_10000", 0, 10),
        ("-a_b_2.5", 2.5, 12.5),
        ("-a_b_2.50_12.50", 2.5, 12.5),
        ("-a_b_2500", 2.5, 12.5),
        ("-a_b_12345", 12.345, 13.345),
    ],
)
def test_a_file_already_cut_goes_before_the_whole_video(name, start, end):
    path = f"/v/{name}.mp4"
    assert _find(["/v/-a_b.mp4", path], start, end) == (path, True)


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("-a_b_31", 30),
        ("-a_b_30", 30.4),
        ("-a_b_30.1", 30.125),
        ("x-a_b_30", 30),
        ("-a_b_30_41", 30),
    ],
)
def test_other_segments_and_other_videos_are_not_taken(name, start):
    assert _find([f"/v/{name}.mp4"], start) == (None, False)


def test_seconds_go_before_milliseconds():
    paths = ["/v/a_1000.mp4", "/v/a_1.mp4"]
    found = find_segment_files(paths, [Segment("a", 1, 2, ()), Segment("a", 1000, 1001, ())])
    assert [file.path for file in found] == ["/v/a_1.mp4", "/v/a_1000.mp4"]


def test_of_a_video_with_a_picture_and_its_sound_the_video_is_taken():
    assert _find(["/v/-a_b.jpg", "/v/-a_b.m4a", "/v/-a_b.MKV"])[0] == "/v/-a_b.MKV"
