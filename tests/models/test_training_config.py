from __future__ import annotations

import dataclasses
import json

import pytest

from objects_that_sound.models.training_config import TrainingConfig


def test_the_defaults_are_the_papers_recipe():
    config = TrainingConfig()
    assert (config.batch_size, config.weight_decay) == (2048, 1e-5)
    assert (config.learning_rate_decay, config.decay_epochs) == (0.94, 16)


@pytest.mark.parametrize("name", ["batch_size", "steps", "steps_per_epoch", "shuffle_buffer"])
def test_counts_below_one_are_named(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, not 0"):
        TrainingConfig(**{name: 0})


def test_a_batch_of_one_has_no_negatives():
    with pytest.raises(ValueError, match="batch_size must be at least 2"):
        TrainingConfig(batch_size=1)


@pytest.mark.parametrize("name", ["background_sounds", "patience", "checkpoint_steps"])
def test_what_may_be_zero_may_not_be_less(name):
    with pytest.raises(ValueError, match=f"{name} must not be negative: -1"):
        TrainingConfig(**{name: -1})


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
