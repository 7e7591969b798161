from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.training.train_step import TrainStep
from objects_that_sound.models.training.variables import read_variables

_RATE, _DECAY = 0.05, 0.2


def _network(config, rate=_RATE, objective="split_pairs"):
    """With an optimiser whose step is proportional to the gradient, so that errors show."""
    network = build_network(config, objective, seed=1)
    network.random_colour.brightness = network.random_colour.saturation = 0.0
    network.random_gain.range = 0.0
    # Without batch normalisation a batch is no more than its pairs.
    for tower in (network.image_tower, network.audio_tower):
        for layer in tower.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False
    network.compile(keras.optimizers.SGD(rate, weight_decay=_DECAY))
    network.optimizer.build(network.trainable_variables)
    return network


@pytest.fixture(scope="module")
def config(tiny_config):
    return tiny_config("ave", filters=(4,), normalise=False)


@pytest.fixture(scope="module")
def batch(config, make_batches):
    """Of 8; the pairs across the border of two halves, and around each half, are none.

    The negative of an example is the sound of the next one, unless that is of the same group.
    """
    [batch] = make_batches(config, 8, 1)
    return batch | {"group": tf.constant([1, 2, 3, 1, 1, 4, 5, 1], tf.int64)}


def _after(config, batch, parts: int, steps: int = 1, rate=_RATE) -> list[np.ndarray]:
    network = _network(config, rate)
    step = TrainStep(network, tf.distribute.get_strategy(), parts)
    for number in range(1, steps + 1):
        step(number, batch)
    assert int(network.optimizer.iterations.numpy()) == steps
    return read_variables(network.trainable_variables)


def test_parts_give_the_step_of_the_whole_batch(config, batch):
    before = read_variables(_network(config).trainable_variables)
    whole = _after(config, batch, 1)
    parts = _after(config, batch, 2)
    assert max(np.abs(a - b).max() for a, b in zip(whole, before, strict=True)) > 1e-2
    for one, two in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


def test_weights_decay_once_a_step_and_apart_from_the_gradient(config, batch):
    network, plain = _network(config), _network(config)
    plain.optimizer.weight_decay = None
    before = read_variables(network.trainable_variables)
    for each in (network, plain):
        TrainStep(each, tf.distribute.get_strategy(), 4)(1, batch)
    for start, decayed, other in zip(
        before,
        read_variables(network.trainable_variables),
        read_variables(plain.trainable_variables),
        strict=True,
    ):
        np.testing.assert_allclose(other - decayed, _RATE * _DECAY * start, atol=1e-6)


def test_the_learning_rate_counts_steps_not_parts(config, batch):
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [_RATE, 0.0])
    # Rates are of steps 0 and 1; from step 2 on nothing moves.
    second = _after(config, batch, 4, steps=2, rate=schedule)
    third = _after(config, batch, 4, steps=3, rate=schedule)
    first = _after(config, batch, 4, steps=1, rate=schedule)
    assert any(not np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(second, third, strict=True))


def test_results_are_means_of_parts_and_are_begun_anew(config, batch):
    network = _network(config)
    step = TrainStep(network, tf.distribute.get_strategy(), 2)
    halves = [{name: value[i : i + 4] for name, value in batch.items()} for i in (0, 4)]
    losses = [
        float(network.compute_loss(half, y_pred=network(half, training=True))) for half in halves
    ]
    step(1, batch)
    assert float(step.results()["loss"]) == pytest.approx(np.mean(losses), rel=1e-4)
    evaluated = step.evaluate([halves[0]])
    expected = network.compute_loss(halves[0], y_pred=network(halves[0]))
    assert evaluated["loss"] == pytest.approx(float(expected), rel=1e-4)
    assert set(evaluated) == {"loss", "avc_accuracy"}
    assert float(step.results()["loss"]) == 0


def test_the_first_step_that_is_not_finite_is_noted(config, batch):
    network = _network(config)
    step = TrainStep(network, tf.distribute.get_strategy())
    step(1, batch)
    assert step.first_bad_step() is None
    network.fc3.bias.assign([np.nan, 0.0])
    for number in (2, 3):
        step(number, batch)
    assert step.first_bad_step() == 2
