from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.check_groups import check_groups
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video_list import ListedVideo


def _videos(*names: str) -> list[ListedVideo]:
    return [ListedVideo(f"/videos/{name}.mp4") for name in names]


@pytest.mark.parametrize(
    ("names", "regex"),
    [("abcd", ""), (("a_g1_x", "b_g2_x", "c_g3_x", "d_g4_x", "d_g4_y"), r"_(g\d)_")],
)
def test_four_groups_are_enough(names, regex):
    check_groups(_videos(*names), IngestConfig(group_regex=regex))


@pytest.mark.parametrize(
    ("names", "regex", "message"),
    [
        ("a", "", r"at least 4 groups .* This is one video in one group: give more videos$"),
        ("abc", "", r"at least 4 groups .* These are 3 videos in 3 groups: give more videos$"),
        (
            ("1_a", "1_b", "2_c", "2_d", "3_e"),
            r"^(\d)_",
            "5 videos in 3 groups: give more videos, or a group_regex that tells more groups apart",
        ),
    ],
)
def test_fewer_are_refused_with_the_number_that_is_needed(names, regex, message):
    with pytest.raises(ValueError, match=message):
        check_groups(_videos(*names), IngestConfig(group_regex=regex))


def test_groups_that_a_list_names_count():
    videos = [video._replace(group="same") for video in _videos(*"abcdef")]
    with pytest.raises(ValueError, match="6 videos in one group"):
        check_groups(videos, IngestConfig())


def test_segments_of_one_file_are_of_one_group():
    [video] = _videos("a")
    segments = [video._replace(start=10.0 * n, end=10.0 * n + 10) for n in range(6)]
    with pytest.raises(ValueError, match="6 videos in one group"):
        check_groups(segments, IngestConfig())
