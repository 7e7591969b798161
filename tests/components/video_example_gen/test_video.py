"""Ids, groups and labels from names."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import make_video, relative_id


@pytest.mark.parametrize(
    ("regex", "group"),
    [
        (r"_g\d+_", "v_Archery_g06_"),
        (r"v_(\w+?)_g(\d+)_", "Archery/06"),
        (r"nothing", "ucf/v_Archery_g06_c01.mp4"),
        ("", "ucf/v_Archery_g06_c01.mp4"),
    ],
)
def test_group(regex, group):
    video = make_video("/data/ucf/v_Archery_g06_c01.mp4", "/data/", IngestConfig(group_regex=regex))
    assert video.video_id == "ucf/v_Archery_g06_c01.mp4"
    assert video.group == group


def test_label_comes_from_the_name_if_it_matches():
    config = IngestConfig(label_regex=r"^v_([A-Za-z]+)_")
    assert make_video("/d/v_Bell_1.mp4", "/d", config, ("drum",)).label == "Bell"
    assert make_video("/d/other.mp4", "/d", config, ("drum",)).label == "drum"
    assert make_video("/d/other.mp4", "/d", config).label == ""


def test_labels_the_first_is_the_label():
    config = IngestConfig(label_regex=r"^v_([A-Za-z]+)_")
    video = make_video("/d/v_Bell_1.mp4", "/d", config, ("drum", "Bell", "gong"))
    assert (video.label, video.labels) == ("Bell", ("Bell", "drum", "gong"))
    video = make_video("/d/other.mp4", "/d", config, ("drum", "gong"))
    assert (video.label, video.labels) == ("drum", ("drum", "gong"))


@pytest.mark.parametrize(
    ("start", "end", "video_id"),
    [
        (None, None, "a.mp4"),
        (30.0, 40.0, "a.mp4#t=30,40"),
        (0.0, 2.5, "a.mp4#t=0,2.5"),
        (30.0, None, "a.mp4#t=30"),
        (None, 0.125, "a.mp4#t=,0.125"),
    ],
)
def test_segments_of_one_file_have_ids_of_their_own_and_one_group(start, end, video_id):
    video = make_video("/d/a.mp4", "/d", IngestConfig(), start=start, end=end)
    assert (video.video_id, video.group) == (video_id, "a.mp4")


def test_a_known_group_is_taken_unless_the_name_tells_one():
    config = IngestConfig(group_regex=r"_g\d+")
    assert make_video("/d/a_30.mp4", "/d", config, group="a").group == "a"
    assert make_video("/d/a_g1_c2.mp4", "/d", config, group="a").group == "a_g1"


def test_a_known_id_names_the_video_its_group_and_its_segments():
    config = IngestConfig(label_regex=r"^v_([A-Za-z]+)")
    video = make_video("/d/v_Bell.mp4", "/d", config, file_id="x/1", split="eval", start=2.0)
    assert (video.video_id, video.group, video.label) == ("x/1#t=2", "x/1", "Bell")
    assert video.split == "eval"


@pytest.mark.parametrize(
    ("path", "base", "file_id"),
    [
        ("/data/a/b.mp4", "/data", "a/b.mp4"),
        ("/data/a/b.mp4", "/data/", "a/b.mp4"),
        ("/data2/b.mp4", "/data", "data2/b.mp4"),
        ("/b.mp4", "/", "b.mp4"),
        ("gs://bucket/a/b.mp4", "gs://bucket", "a/b.mp4"),
        ("gs://bucket/b.mp4", "", "gs://bucket/b.mp4"),
    ],
)
def test_ids_are_paths_below_a_folder(path, base, file_id):
    assert relative_id(path, base) == file_id
