from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.training.weight_average import WeightAverage


@pytest.fixture
def network() -> keras.Model:
    return keras.Sequential(
        [keras.Input([2]), keras.layers.Dense(3), keras.layers.BatchNormalization()]
    )


@pytest.fixture
def average(network) -> WeightAverage:
    return WeightAverage(network, tf.distribute.get_strategy())


def _set(network, value: float) -> None:
    for variable in network.weights:
        variable.assign(np.full(variable.shape, value))


def test_it_is_the_weighted_mean_of_all_steps(network, average):
    values = np.random.default_rng(0).normal(size=50)
    for step, value in enumerate(values, 1):
        _set(network, value)
        average.update(step)
    # Step n weighs 10 / (n + 10), and what was before it the rest.
    shares = 10 / (np.arange(1, 51) + 10)
    weights = [share * np.prod(1 - shares[n + 1 :]) for n, share in enumerate(shares)]
    expected = np.dot(weights, values)
    with average.in_place():
        for variable in network.weights:
            assert variable.numpy() == pytest.approx(np.full(variable.shape, expected), abs=5e-4)


@pytest.mark.parametrize("steps", [100, 1000])
def test_it_is_of_about_the_last_tenth(network, average, steps):
    for step in range(1, steps + 1):
        _set(network, float(step))
        average.update(step)
    average.put()
    assert 0.85 * steps < network.weights[0].numpy().mean() < 0.96 * steps


def test_the_network_has_its_own_weights_again_afterwards(network, average):
    _set(network, 1.0)
    average.update(1)
    _set(network, 3.0)
    with pytest.raises(KeyError), average.in_place():
        assert network.weights[0].numpy().max() < 1.01
        raise KeyError
    assert network.weights[0].numpy().min() == 3.0


def test_all_weights_are_averaged_with_the_moving_statistics(network, average):
    assert len(average.variables) == len(network.weights) == 6
    assert not set(map(id, average.variables)) & set(map(id, network.variables))
