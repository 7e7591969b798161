"""Maxima over bins are those of adaptive pooling, and exist for maps smaller than the bins."""

import keras
import numpy as np
import pytest

from objects_that_sound.models.networks.binned_maxima import binned_maxima


def _pooled(features: np.ndarray, bins: tuple[int, int]) -> np.ndarray:
    found = keras.ops.convert_to_numpy(binned_maxima(keras.ops.convert_to_tensor(features), bins))
    return found.reshape(len(features), *bins, features.shape[-1])


@pytest.mark.parametrize("size", [(8, 6), (16, 12), (5, 7), (4, 3), (9, 3)])
def test_maxima_are_those_of_keras_adaptive_pooling(size):
    features = np.random.default_rng(0).normal(size=(2, *size, 5)).astype(np.float32)
    tensor = keras.ops.convert_to_tensor(features)
    wanted = keras.ops.adaptive_max_pool(tensor, (4, 3), data_format="channels_last")
    assert np.array_equal(_pooled(features, (4, 3)), keras.ops.convert_to_numpy(wanted))


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (3, 2), (1, 12)])
def test_a_smaller_map_is_repeated_and_nothing_is_left_out(size):
    features = np.random.default_rng(0).normal(size=(2, *size, 5)).astype(np.float32)
    pooled = _pooled(features, (4, 3))
    assert np.isin(pooled, features).all()
    assert np.array_equal(pooled.max((1, 2)), features.max((1, 2)))
    assert np.array_equal(pooled[:, 0, 0], features[:, :1, : -(-size[1] // 3)].max((1, 2)))
