"""What is told of the patterns in the names of videos."""

from __future__ import annotations

import os

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.name_matches import name_matches
from objects_that_sound.components.video_example_gen.video_list import ListedVideo


def _videos(*names: str) -> list[ListedVideo]:
    return [ListedVideo(f"/data/{name}", "1") for name in names]


SCENES = _videos("v_Bell_g1_c1.mp4", "v_Bell_g1_c2.mp4", "v_Drum_g2_c1.mp4")
STRANGERS = _videos("d.mp4", "b.mp4", "c.mp4", "a.mp4")


def test_all_names_matched_are_counted_with_their_groups():
    [groups] = name_matches(SCENES, IngestConfig(group_regex=r"_g\d+_"))
    assert (groups.kinds, groups.missed) == (2, ())
    assert groups.text == r"--group-regex '_g\d+_' matched all 3 names, which makes 2 groups."


def test_names_that_are_missed_are_counted_and_some_are_named():
    [groups] = name_matches(SCENES + STRANGERS, IngestConfig(group_regex=r"_g\d+_"))
    assert groups.missed == ("a.mp4", "b.mp4", "c.mp4", "d.mp4")
    assert "matched 3 of 7 names, which makes 2 groups." in groups.text
    assert "It missed 4, for example 'a.mp4', 'b.mp4', 'c.mp4': each of these is" in groups.text


def test_classes_are_told_as_classes_after_the_groups():
    config = IngestConfig(group_regex=r"_g\d+_", label_regex=r"v_(\w+?)_g")
    _, classes = name_matches(SCENES + STRANGERS[:1], config)
    assert classes.option == "--label-regex"
    assert classes.kinds == 2
    assert "It missed 1, for example 'd.mp4': these get no class" in classes.text


def test_without_patterns_nothing_is_told():
    assert name_matches(SCENES, IngestConfig()) == []


@pytest.mark.parametrize(
    ("config", "option"),
    [
        (IngestConfig(group_regex="nothing"), "--group-regex"),
        (IngestConfig(group_regex="(x?)"), "--group-regex"),  # matches, and captures nothing
        (IngestConfig(label_regex="class-([0-9]+)"), "--label-regex"),
    ],
)
def test_a_pattern_that_finds_nothing_is_an_error(config, option):
    with pytest.raises(
        ValueError, match=f"{option} .* matches none of 3 names.*'v_Bell_g1_c1.mp4'"
    ):
        name_matches(SCENES, config)


def test_a_pattern_that_keeps_nothing_together_is_told():
    [groups] = name_matches(SCENES, IngestConfig(group_regex=r"_c\d"))
    assert groups.kinds == 3
    assert groups.text.endswith("No two names share a group, so it keeps nothing together.")
    [one] = name_matches(SCENES, IngestConfig(group_regex="v(_)"))
    assert one.text.endswith("which makes 1 group.")


def test_a_file_of_several_segments_counts_once_and_one_that_is_missing_does_not():
    segments = [
        ListedVideo("/data/v_g1_a.mp4", "1", start=0.0, end=10.0),
        ListedVideo("/data/v_g1_a.mp4", "1", start=10.0, end=20.0),
        ListedVideo("/data/gone"),
    ]
    [groups] = name_matches(segments, IngestConfig(group_regex=r"_g\d"))
    assert (len(groups.found), groups.missed) == (1, ())


def test_odd_names_are_shown_on_one_line():
    odd = _videos("two\nlines.mp4", "line\u2028separator.mp4", os.fsdecode(b"\xff.mp4"))
    [groups] = name_matches(SCENES + odd, IngestConfig(group_regex=r"_g\d+_"))
    assert len(groups.text.splitlines()) == 1
    assert "'two\\nlines.mp4'" in groups.text
    groups.text.encode()  # can be printed
