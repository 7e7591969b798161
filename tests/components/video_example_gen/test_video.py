"""Ids, groups and labels from names."""

from __future__ import annotations

import pytest

from components.video_example_gen.ingest_config import IngestConfig
from components.video_example_gen.video import make_video


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
    assert make_video("/d/v_Bell_1.mp4", "/d", config, "drum").label == "Bell"
    assert make_video("/d/other.mp4", "/d", config, "drum").label == "drum"
    assert make_video("/d/other.mp4", "/d", config).label == ""
