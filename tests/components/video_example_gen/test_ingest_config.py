"""Parameters: the way there and back, and what can't be right."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig


def test_numbers_that_became_floats_come_back():
    config = IngestConfig(examples_per_video=3, min_loudness_dbfs=-50, group_regex="x")
    values = {
        name: float(value) if isinstance(value, int) else value
        for name, value in config.to_dict().items()
    }
    back = IngestConfig.from_dict(values)
    assert back == config
    assert isinstance(back.examples_per_video, int)


@pytest.mark.parametrize(
    ("split", "asked", "examples"),
    [
        ("train", 30, 30),
        ("val", 30, 10),
        ("eval", 30, 10),
        ("eval", 3, 3),
        ("all", 30, 30),
    ],
)
def test_videos_that_are_only_measured_give_ten_examples_at_most(split, asked, examples):
    config = IngestConfig(examples_per_video=asked, seed=5)
    assert config.of_split(split).examples_per_video == examples
    assert config.of_split(split).seed == 5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"examples_per_video": 0}, "examples_per_video must be .* of at least 1 and"),
        ({"frames": 24}, "frames must be odd"),
        ({"frames": 127}, "frames must be .* of at least 1 and of at most 125, not 127"),
        ({"image_size": 255}, "image_size must be even"),
        ({"sample_rate": 48}, "sample_rate must be .* of at least 1000 and"),
        ({"jpeg_quality": 101}, "jpeg_quality"),
        ({"min_loudness_dbfs": 5}, "min_loudness_dbfs"),
        ({"group_regex": "("}, "group_regex .* is not a regular expression"),
        ({"label_regex": "x"}, "exactly one capture group"),
        ({"split_method": "random"}, "must be 'rank' or 'hash', not 'random'"),
        ({"colour": 1}, "unknown parameters colour"),
    ],
)
def test_wrong_values_say_what_to_do(values, message):
    with pytest.raises(ValueError, match=message):
        IngestConfig.from_dict(values)
