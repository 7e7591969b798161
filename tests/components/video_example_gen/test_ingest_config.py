"""Parameters: the way there and back, and what can't be right."""

from __future__ import annotations

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig


def test_numbers_that_became_floats_come_back():
    config = IngestConfig(examples_per_video=3, minimum_loudness_dbfs=-50, group_regex="x")
    values = {
        name: float(value) if isinstance(value, int) else value
        for name, value in config.to_dict().items()
    }
    back = IngestConfig.from_dict(values)
    assert back == config
    assert isinstance(back.examples_per_video, int)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"examples_per_video": 0}, "examples_per_video must be from 1"),
        ({"frames_per_example": 24}, "frames_per_example must be odd"),
        ({"frames_per_example": 127}, "frames_per_example must be from 1 to 125"),
        ({"image_size": 255}, "image_size must be even"),
        ({"sample_rate": 48}, "sample_rate must be from"),
        ({"jpeg_quality": 101}, "jpeg_quality"),
        ({"minimum_loudness_dbfs": 5}, "minimum_loudness_dbfs"),
        ({"group_regex": "("}, "group_regex .* is not a regular expression"),
        ({"label_regex": "x"}, "exactly one capture group"),
        ({"split_method": "random"}, "rank, hash"),
        ({"colour": 1}, "unknown parameters colour"),
    ],
)
def test_wrong_values_say_what_to_do(values, message):
    with pytest.raises(ValueError, match=message):
        IngestConfig.from_dict(values)
