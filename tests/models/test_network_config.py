from __future__ import annotations

import dataclasses
import json

import pytest

from objects_that_sound.models.network_config import NetworkConfig


def test_the_defaults_are_the_papers_sizes():
    config = NetworkConfig()
    assert (config.image_size, config.crop_size) == (256, 224)
    assert (config.sample_rate, config.window, config.hop, config.fft) == (48000, 480, 240, 512)
    assert config.filters == (64, 128, 256, 512)
    assert config.embedding_size == 128
    assert config.image_stride == config.audio_stride == 2
    assert config.image_shape == (224, 224, 3)
    assert NetworkConfig(frames=25).image_shape == (224, 224, 75)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "l4"}, "network must be 'ave', 'avol' or 'l3', not 'l4'"),
        ({"crop_size": 257}, "crop_size 257 must be at most image_size, 256"),
        ({"frames": 4}, "frames must be odd, not 4"),
        ({"frames": -1}, "frames must be a whole number of at least 1, not -1"),
        ({"hop": 0}, "hop must be a whole number of at least 1, not 0"),
        ({"filters": (8, 0)}, r"filters must be .* of at least 1, not \(8, 0\)"),
        ({"embedding_size": "64"}, "embedding_size must be a whole number"),
        ({"hop": 481}, "hop 481 must be at most window 480"),
        ({"window": 513, "hop": 240}, "at most window 513, and that at most fft 512"),
    ],
)
def test_what_cannot_be_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        NetworkConfig(**changes)


def test_a_trip_through_json_changes_nothing():
    config = NetworkConfig(network="avol", filters=(8, 16), pooled_head=False)
    values = json.loads(json.dumps(dataclasses.asdict(config)))
    again = NetworkConfig.from_dict(values)
    assert again == config
    assert hash(again) == hash(config)


def test_an_unknown_field_is_named():
    with pytest.raises(TypeError, match="colour"):
        NetworkConfig.from_dict({"colour": 1})
