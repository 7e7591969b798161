"""Recall at k against sorting, against simulated orders of ties, and its exact chance."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.retrieval_evaluator.recall import (
    expected_recall_at_k,
    recall_at_k,
)


def _by_sorting(relevant, scores, k) -> np.ndarray:
    order = np.argsort(-scores, axis=1)[:, :k]
    return np.take_along_axis(relevant, order, axis=1).any(axis=1).astype(float)


@pytest.mark.parametrize("k", [1, 5, 10, 200])
def test_without_ties_it_is_what_sorting_finds(k):
    rng = np.random.default_rng(0)
    relevant = rng.random((50, 40)) < 0.1
    relevant[:, 0] = True
    scores = rng.normal(size=(50, 40))
    np.testing.assert_allclose(recall_at_k(relevant, scores, k), _by_sorting(relevant, scores, k))


@pytest.mark.parametrize("k", [1, 3, 10])
def test_ties_count_as_all_their_orders(k):
    rng = np.random.default_rng(1)
    relevant = rng.random((8, 20)) < 0.15
    relevant[:, 3] = True
    scores = rng.integers(0, 4, (8, 20)).astype(float)
    found = recall_at_k(relevant, scores, k)
    assert ((found > 0.01) & (found < 0.99)).any()
    simulated = [_by_sorting(relevant, scores + 0.5 * rng.random((8, 20)), k) for _ in range(20000)]
    np.testing.assert_allclose(found, np.mean(simulated, axis=0), atol=0.015)


@pytest.mark.parametrize("k", [1, 5, 10])
def test_chance_equals_simulation(k):
    rng = np.random.default_rng(2)
    relevant = np.repeat(np.arange(30)[None] < 3, 40_000, axis=0)
    candidates = np.repeat(np.arange(30)[None] != 7, 40_000, axis=0)
    simulated = recall_at_k(relevant, rng.normal(size=relevant.shape), k, candidates).mean()
    chance = expected_recall_at_k(relevant[:1], k, candidates[:1])[0]
    assert chance == pytest.approx(simulated, abs=0.008)


def test_candidates_are_the_same_as_leaving_the_others_out():
    rng = np.random.default_rng(3)
    relevant, candidates = rng.random((2, 30, 25)) < 0.3
    scores = rng.integers(0, 5, (30, 25)).astype(float)
    found = recall_at_k(relevant, scores, 4, candidates)
    for query in range(30):
        keep = candidates[query]
        alone = recall_at_k(relevant[query : query + 1, keep], scores[query : query + 1, keep], 4)
        np.testing.assert_allclose(found[query], alone[0])


def test_nothing_to_find_is_nan():
    relevant = np.array([[False, False], [True, False]])
    candidates = np.array([[True, True], [False, True]])
    assert np.isnan(recall_at_k(relevant, np.zeros((2, 2)), 1, candidates)).all()


@pytest.mark.parametrize(
    ("scores", "k", "message"),
    [
        ([[np.nan, 0.0]], 1, "not finite"),
        ([[0.0]], 1, "queries, items"),
        ([[1.0, 2.0]], 0, "k must"),
    ],
)
def test_says_what_is_wrong(scores, k, message):
    with pytest.raises(ValueError, match=message):
        recall_at_k(np.array([[True, False]]), np.array(scores), k)
