from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.networks.scaled import scaled


def _scaled(values: np.ndarray, *by: int) -> np.ndarray:
    return keras.ops.convert_to_numpy(scaled(values, *by))


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (6, 2)])
def test_enlarging_is_bilinear(factor, size):
    values = np.random.default_rng(0).random((2, *size, 3)).astype(np.float32)
    wanted = tf.image.resize(values, [factor * side for side in size])
    assert _scaled(values, factor) == pytest.approx(wanted.numpy(), abs=1e-5)


def test_squares_are_averaged_also_the_smaller_ones_at_the_edges():
    values = np.arange(15, dtype=np.float32).reshape(1, 3, 5, 1)
    found = _scaled(values, 1, 2)[0, :, :, 0]
    assert found.tolist() == [[3.0, 5.0, 6.5], [10.5, 12.5, 14.0]]


def test_something_stays_where_it_is():
    values = np.zeros((1, 12, 12, 1))
    values[0, 8:, :4] = 1
    found = _scaled(values, 3, 2)[0, :, :, 0]
    assert found.shape == (18, 18)
    assert found[13:, :5].min() > 0.6
    assert found[:11].max() < 0.4
    assert found[:, 7:].max() < 0.4


def test_a_size_may_be_unknown_when_a_graph_is_made():
    any_size = tf.TensorSpec([None, None, None, 3], tf.uint8)
    graph = tf.function(lambda values: scaled(values, 3, 2)).get_concrete_function(any_size)
    assert graph(tf.zeros([2, 4, 7, 3], tf.uint8)).shape == (2, 6, 11, 3)
