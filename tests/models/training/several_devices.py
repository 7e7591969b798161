"""`python several_devices.py FOLDER NETWORK`: trains on two virtual devices.

NETWORK are the fields of a NetworkConfig as JSON; see test_devices.
"""

from __future__ import annotations

import dataclasses
import json
import sys

import keras
import numpy as np
import tensorflow as tf

_CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(_CPU, [tf.config.LogicalDeviceConfiguration()] * 2)

from objects_that_sound.models.network_config import NetworkConfig  # noqa: E402
from objects_that_sound.models.networks.factory import build_network  # noqa: E402
from objects_that_sound.models.trainer import train  # noqa: E402
from objects_that_sound.models.training.checkpoint_store import CheckpointStore  # noqa: E402
from objects_that_sound.models.training.train_step import TrainStep  # noqa: E402
from objects_that_sound.models.training_config import TrainingConfig  # noqa: E402

_COLOURS = np.array([(230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40)])


def _batches(count: int, batch_size: int, first: int = 0) -> tf.data.Dataset:
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 4, [count * batch_size])
    images = np.clip(
        _COLOURS[kinds][:, None, None] + rng.normal(0, 12, [len(kinds), 16, 16, 3]), 0, 255
    )
    tones = np.array([50, 110, 200, 310])[kinds]
    sounds = 12000 * np.sin(2 * np.pi * tones[:, None] * np.arange(800) / 800)
    batch = {
        "image": images.astype(np.uint8),
        "audio": sounds.astype(np.int16),
        "group": kinds.astype(np.int64),
    }
    batches = tf.data.Dataset.from_tensor_slices(batch).batch(batch_size, drop_remainder=True)
    return batches.repeat().skip(first)


def _one_step(
    config: NetworkConfig,
    strategy: tf.distribute.Strategy,
    parts: int,
    batch: dict,
    objective: str = "split_pairs",
    gather: bool = False,
    sound_contrast: float = 0.0,
) -> list[np.ndarray]:
    """Weights after a step of a network without augmentation and batch normalisation."""
    with strategy.scope():
        network = build_network(config, objective, seed=1, sound_contrast=sound_contrast)
        network.random_colour.brightness = network.random_colour.saturation = 0.0
        network.random_gain.range = 0.0
        for tower in (network.image_tower, network.audio_tower):
            for layer in tower.layers:
                if isinstance(layer, keras.layers.BatchNormalization):
                    layer.trainable = False
        network.compile(keras.optimizers.SGD(0.05, weight_decay=0.2))
        network.optimizer.build(network.trainable_variables)
    batches = tf.data.Dataset.from_tensors(batch)
    if strategy.num_replicas_in_sync > 1:
        # An element of this size would be taken for one example.
        batches = strategy.experimental_distribute_dataset(
            batches.unbatch().batch(len(batch["group"]), drop_remainder=True)
        )
    step = TrainStep(network, strategy, parts, gather)
    for each in batches:
        step(1, each)
    return [np.array(keras.ops.convert_to_numpy(v)) for v in network.trainable_variables]


def _furthest(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))


def _gathered(config: NetworkConfig, strategy: tf.distribute.Strategy, batch: dict) -> list[float]:
    """By network and objective: how far gathered embeddings lead from the whole batch's step."""
    one = tf.distribute.get_strategy()
    found = []
    for name, objective, sound_contrast in (
        ("ave", "contrastive", 0.0),
        ("ave", "contrastive", 1.0),
        ("avol", "all_pairs", 0.0),
        ("l3", "split_pairs", 0.0),
    ):
        network = dataclasses.replace(config, network=name)
        recipe = (1, batch, objective)
        on_two = _one_step(network, strategy, *recipe, True, sound_contrast)
        found.append(_furthest(on_two, _one_step(network, one, *recipe, False, sound_contrast)))
    return found


def main(folder: str, fields: str) -> None:
    """Writes what the test asserts on."""
    network_config = NetworkConfig.from_dict(json.loads(fields))
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one = tf.distribute.get_strategy()
    [batch] = _batches(1, 16).take(1)
    # Two devices make pairs of their own, as two parts of one device do.
    on_two = _one_step(network_config, two, 1, batch)
    in_parts = _one_step(network_config, one, 2, batch)
    in_whole = _one_step(network_config, one, 1, batch)
    config = TrainingConfig(
        batch_size=32,
        accumulation_steps=2,
        steps=60,
        steps_per_epoch=20,
        learning_rate=3e-3,
        checkpoint_steps=25,
    )
    store = CheckpointStore(f"{folder}/checkpoints")
    evaluation = _batches(2, 32).take(2)
    network, history = train(
        network_config,
        config,
        lambda first: _batches(20, 32, first),
        evaluation,
        f"{folder}/log",
        store=store,
        strategy=two,
    )
    result = {
        "of_parts": _furthest(on_two, in_parts),
        "of_whole": _furthest(on_two, in_whole),
        "gathered": _gathered(network_config, two, batch),
        "history": history.curves,
        "steps": [checkpoint.state["step"] for checkpoint in store.newest()],
        "devices": sorted({type(v.value).__name__ for v in network.trainable_variables}),
    }
    with open(f"{folder}/result.json", "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
