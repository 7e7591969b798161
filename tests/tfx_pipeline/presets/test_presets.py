"""Presets say what they are, and those of the papers train at full size."""

from __future__ import annotations

import dataclasses
import sys

import keras
import numpy as np
import pytest

from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.presets.thresholds import relative_thresholds


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_states_its_command_and_is_valid(name):
    preset = PRESETS[name]()
    assert preset.name == name
    header = sys.modules[PRESETS[name].__module__].__doc__
    assert f"`--preset {name}`" in header
    assert "Command: " in header
    assert preset.training.part_size(devices=1) >= 2


@pytest.mark.parametrize(
    "asked",
    [*(PRESETS[name]().thresholds for name in PRESETS), relative_thresholds()],
    ids=[*PRESETS, "relative"],
)
def test_what_is_asked_can_judge_a_model(asked):
    for name, thresholds in asked.items():
        EVALUATORS[name].check(thresholds)


@pytest.mark.parametrize(
    ("name", "parameters", "image_map"),
    [
        ("l3", 9_516_418, (28, 28)),
        ("ave", 9_549_316, (14, 14)),
        ("ave25", 9_590_788, (14, 14)),
        ("avol", 9_549_314, (14, 14)),
    ],
)
def test_the_papers_recipes(name, parameters, image_map):
    from objects_that_sound.models.networks.factory import build_network

    preset = PRESETS[name]()
    training = preset.training
    assert training.objective == "split_pairs"
    assert training.background_sounds == 0
    assert training.batch_size == (256 if name == "l3" else 2048)
    assert (training.learning_rate, training.weight_decay) == (1e-4, 1e-5)
    assert (training.learning_rate_decay, training.decay_epochs) == (0.94, 16)
    network = build_network(preset.network)
    assert network.count_params() == parameters
    assert network.image_tower.output_shape[1:3] == image_map


@pytest.mark.slow
@pytest.mark.parametrize("name", ["l3", "ave", "ave25", "avol", "full"])
def test_one_real_step_at_full_size(name, tmp_path):
    """The preset's own network and recipe, with two pairs at a time instead of its batch."""
    import tensorflow as tf

    from objects_that_sound.models.trainer import train

    preset = PRESETS[name]()
    config = preset.network
    generator = np.random.default_rng(0)
    batch = {
        "image": generator.integers(0, 256, [2, *config.image_shape]).astype(np.uint8),
        "audio": generator.integers(-9000, 9000, [2, 48000]).astype(np.int16),
        "group": np.arange(2),
    }
    batches = tf.data.Dataset.from_tensors(batch)
    training = dataclasses.replace(
        preset.training, batch_size=4, accumulation_steps=2, steps=1, steps_per_epoch=1
    )
    network, history = train(config, training, batches.repeat(), batches)
    assert np.isfinite(history.curves["loss"][0])
    assert history.curves["val_avc_accuracy"][0] in (0.0, 0.25, 0.5, 0.75, 1.0)
    heatmap = keras.ops.convert_to_numpy(network.heatmap(batch["image"], batch["audio"]))
    assert heatmap.shape == (2, 28, 28) if name in ("l3", "full") else (2, 14, 14)
    assert ((heatmap >= 0) & (heatmap <= 1)).all()
