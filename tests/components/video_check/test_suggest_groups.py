from __future__ import annotations

import re

import pytest

from objects_that_sound.components.video_check.suggest_groups import suggest_groups


def _names(form: str, scenes: int, cuts: int) -> list[str]:
    return [form.format(scene=scene, cut=cut) for scene in range(scenes) for cut in range(cuts)]


@pytest.mark.parametrize(
    ("form", "scene"),
    [
        ("v_Archery_g{scene:02d}_c{cut:02d}.avi", "v_Archery_g03"),
        ("3xZ-q_k8Lm{scene}_{cut:06d}.mp4", "3xZ-q_k8Lm3"),
        ("3xZ-q_k8Lm{scene}_{cut}.000_{cut}5.000.mp4", "3xZ-q_k8Lm3"),
        ("kitchen {scene} part {cut}.mkv", "kitchen 3"),
        ("GX{scene:02d}holiday-{cut:03d}.MP4", "GX03holiday"),
    ],
)
def test_cuts_of_scenes_are_recognised_by_their_names(form, scene):
    found = suggest_groups(_names(form, 5, 4))
    assert (found.groups, found.names) == (5, 20)
    assert re.search(found.pattern, form.format(scene=3, cut=2))[1] == scene


@pytest.mark.parametrize(
    "names",
    [
        _names("video_{scene:03d}{cut}.mp4", 20, 5),  # numbered, of one beginning
        _names("a{scene}b{cut}c.mp4", 5, 5),
        ["dog.mp4", "cat.mp4", "rain.mp4", "sea.mp4", "bell.mp4"],
        _names("scene{scene}_1.mp4", 30, 1),  # one cut of each
        [],
    ],
)
def test_nothing_is_suggested_where_names_tell_no_scenes(names):
    assert suggest_groups(names) is None
