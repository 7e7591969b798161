from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.networks.embedding_head import EmbeddingHead


def _features(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(1, 2, shape).astype(np.float32)


def _numpy(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("shape", [(6, 32), (6, 3, 4, 32)])
def test_every_vector_has_unit_length_by_itself(shape, batch_norm):
    head = EmbeddingHead(16, batch_norm=batch_norm)
    vectors = _numpy(head(_features(*shape), training=True))
    assert vectors.shape == (*shape[:-1], 16)
    assert np.linalg.norm(vectors, axis=-1) == pytest.approx(1, abs=1e-4)


def test_a_vector_does_not_depend_on_the_batch_outside_training():
    head = EmbeddingHead(16, batch_norm=True)
    features = _features(6, 32)
    together = _numpy(head(features))
    assert _numpy(head(features[2:3])) == pytest.approx(together[2:3], abs=1e-5)


def test_a_place_of_a_map_is_treated_as_a_vector():
    head = EmbeddingHead(16, batch_norm=True)
    features = _features(2, 3, 4, 32)
    places = _numpy(head(features))
    assert places[1, 2, 3] == pytest.approx(_numpy(head(features[1:, 2, 3]))[0], abs=1e-5)


def test_without_batch_norm_it_is_fc_relu_fc_as_printed():
    head = EmbeddingHead(16, batch_norm=False, unit_length=False)
    features = _features(6, 32)
    vectors = _numpy(head(features))
    (w1, b1), (w2, b2) = head.first.get_weights(), head.second.get_weights()
    assert vectors == pytest.approx(np.maximum(features @ w1 + b1, 0) @ w2 + b2, abs=1e-4)
    assert not np.allclose(np.linalg.norm(vectors, axis=-1), 1)


def test_batch_norm_counts_places_as_examples_and_learns_nothing():
    head = EmbeddingHead(16, batch_norm=True, unit_length=False)
    vectors = _numpy(head(_features(8, 3, 4, 32), training=True)).reshape(-1, 16)
    assert vectors.mean(0) == pytest.approx(0, abs=1e-4)
    assert vectors.std(0) == pytest.approx(1, abs=0.05)
    assert len(head.trainable_weights) == 4  # of the two layers
    assert len(head.non_trainable_weights) == 2  # moving mean and variance


def test_a_zero_vector_stays_finite():
    head = EmbeddingHead(4, batch_norm=False)
    head.build((None, 8))
    head.set_weights([np.zeros_like(w) for w in head.get_weights()])
    assert _numpy(head(_features(2, 8))).tolist() == [[0] * 4] * 2
