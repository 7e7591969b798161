"""Tests of the difficulty knobs."""

import pytest

from objects_that_sound.components.generated_videos.difficulty import Difficulty


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="distractor_shares must sum to 1"):
        Difficulty(distractor_shares=(0.5, 0.2))


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="object_size must be"):
        Difficulty(object_size=(0.5, 0.3))


def test_takes_too_short_to_sound_are_refused():
    with pytest.raises(ValueError, match="take_seconds must be at least"):
        Difficulty(take_seconds=(0.1, 0.5))


def test_a_stage_narrower_than_the_frame_is_refused():
    with pytest.raises(ValueError, match="stage_aspect must be"):
        Difficulty(stage_aspect=0.5)
