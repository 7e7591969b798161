from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.training.training_state import TrainingState


@pytest.fixture
def network() -> keras.Model:
    network = keras.Sequential([keras.Input([2]), keras.layers.Dense(1)])
    network.compile(keras.optimizers.AdamW(0.1))
    network.optimizer.build(network.trainable_variables)
    return network


def _train(state: TrainingState, network, accuracies, keep_best=True) -> None:
    for accuracy in accuracies:
        state.step += 10
        network.layers[0].bias.assign([float(state.step)])
        state.end_epoch({"val_avc_accuracy": accuracy}, network, keep_best=keep_best)


def test_the_weights_of_the_best_epoch_are_exported(network):
    state = TrainingState()
    _train(state, network, [0.5, 0.8, 0.7, 0.8])
    assert state.export(network) == 1  # the first of two that are equally good
    assert network.layers[0].bias.numpy() == 20


def test_the_last_weights_are_exported_where_the_best_are_not_asked_for(network):
    state = TrainingState()
    _train(state, network, [0.5, 0.8, 0.7], keep_best=False)
    assert state.export(network) == 2
    assert state.best_weights == []
    assert network.layers[0].bias.numpy() == 30


def test_it_comes_back_from_a_checkpoint_with_all_variables(network):
    state = TrainingState()
    _train(state, network, [0.5, 0.8, 0.7])
    state.plateau, state.fall_from, state.clock = True, 20, {"seconds": 7.0}
    network.optimizer.apply_gradients(
        [(keras.ops.ones_like(v), v) for v in network.trainable_variables]
    )
    checkpoint = state.checkpoint(network)
    weights = network.get_weights()
    momenta = [v.numpy() for v in network.optimizer.variables]
    for variable in [*network.variables, *network.optimizer.variables]:
        variable.assign(keras.ops.zeros_like(variable))
    restored = TrainingState.restore(checkpoint, network)
    assert (restored.step, restored.curves) == (30, state.curves)
    assert (restored.plateau, restored.fall_from) == (True, 20)
    assert (restored.clock, restored.ended) == ({"seconds": 7.0}, "")
    for there, here in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(there, here)
    for there, here in zip(network.optimizer.variables, momenta, strict=True):
        np.testing.assert_array_equal(there, here)
    assert restored.export(network) == 1
    assert network.layers[0].bias.numpy() == 20


def test_a_checkpoint_of_another_network_changes_nothing(network):
    other = keras.Sequential([keras.Input([3]), keras.layers.Dense(1)])
    other.compile(keras.optimizers.AdamW(0.1))
    other.optimizer.build(other.trainable_variables)
    before = network.get_weights()
    with pytest.raises(ValueError, match="do not fit"):
        TrainingState.restore(TrainingState().checkpoint(other), network)
    for there, here in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(there, here)
