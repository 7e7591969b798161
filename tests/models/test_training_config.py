from __future__ import annotations

import dataclasses
import json

import pytest

from objects_that_sound.models.training_config import TrainingConfig


def test_the_defaults_are_the_papers_recipe():
    config = TrainingConfig()
    assert (config.batch_size, config.weight_decay) == (2048, 1e-5)
    assert (config.learning_rate_decay, config.decay_epochs) == (0.94, 16)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": -1}, "steps must be a whole number of at least 0, not -1"),
        ({"steps_per_epoch": -1}, "steps_per_epoch must be a whole number of at least 0, not -1"),
        ({"minutes": -0.5}, "minutes must be a number of at least 0, not -0.5"),
        ({"steps": 0}, "steps is 0, so the training has no end: give steps or minutes, or"),
        ({"steps": 0, "learning_rate_decay": "cosine", "patience": 3}, "has no end"),
        ({"shuffle_buffer": 0}, "shuffle_buffer must be a whole number of at least 1, not 0"),
        ({"batch_size": 1}, "batch_size must be a whole number of at least 2, not 1"),
        ({"background_sounds": -1}, "background_sounds must be .* of at least 0, not -1"),
        ({"patience": -1}, "patience must be a whole number of at least 0, not -1"),
        ({"checkpoint_steps": -1}, "checkpoint_steps must be .* of at least 0, not -1"),
        ({"learning_rate": 0}, "learning_rate must be a number above 0, not 0"),
        (
            {"learning_rate_decay": "linear"},
            "a number above 0 or 'cosine'.*'plateau', not 'linear'",
        ),
        ({"objective": "some_pairs"}, "objective must be 'split_pairs', .*, not 'some_pairs'"),
    ],
)
def test_what_cannot_be_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**changes)


def test_a_batch_is_split_by_devices_and_accumulation():
    config = TrainingConfig(batch_size=48, accumulation_steps=3)
    assert [config.part_size(devices) for devices in (1, 2, 8)] == [16, 8, 2]
    with pytest.raises(ValueError, match=r"batch_size 48 must be a multiple of .* 5 x 3"):
        config.part_size(5)
    with pytest.raises(ValueError, match=r"at least 2 for each device .* it is 48 for 48"):
        config.part_size(16)
    with pytest.raises(ValueError, match="multiple"):
        TrainingConfig(batch_size=10, accumulation_steps=3)


def test_a_precision_that_keras_does_not_know_is_told():
    with pytest.raises(ValueError, match=r"mixed_bfloat16.*not 'bfloat16'"):
        TrainingConfig(precision="bfloat16")


def test_a_trip_through_json_changes_nothing():
    config = TrainingConfig(learning_rate_decay="cosine", steps=7)
    values = json.loads(json.dumps(dataclasses.asdict(config)))
    assert TrainingConfig.from_dict(values) == config


def test_an_unknown_field_is_named():
    with pytest.raises(TypeError, match="momentum"):
        TrainingConfig.from_dict({"momentum": 0.9})


@pytest.mark.parametrize(
    "fields", [{"minutes": 5}, {"learning_rate_decay": "plateau"}, {"patience": 3}]
)
def test_a_training_without_steps_ends_by_something_else(fields):
    assert TrainingConfig(steps=0, **fields).steps == 0
    if "minutes" in fields:
        TrainingConfig(steps=0, learning_rate_decay="cosine", **fields)


def test_an_epoch_takes_each_example_once():
    config = TrainingConfig(batch_size=64, steps_per_epoch=0)
    assert [config.epoch_steps(n) for n in (10, 1280, 4480, 4481)] == [20, 20, 70, 71]
    assert TrainingConfig(steps_per_epoch=7).epoch_steps(None) == 7
    with pytest.raises(ValueError, match="needs the number of examples"):
        config.epoch_steps(None)
