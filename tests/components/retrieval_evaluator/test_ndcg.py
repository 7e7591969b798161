"""nDCG@k against scikit-learn and against simulated random rankings."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from objects_that_sound.components.retrieval_evaluator.ndcg import expected_ndcg_at_k, ndcg_at_k


@pytest.mark.parametrize("grades", [2, 5])
@pytest.mark.parametrize("levels", [7, 10**9], ids=["many ties", "no ties"])
@pytest.mark.parametrize("k", [1, 30, 100])
def test_equals_scikit_learn(grades, levels, k):
    rng = np.random.default_rng(0)
    relevance = rng.integers(0, grades, (40, 60))
    relevance[:, 0] = 1  # scikit-learn says 0 where nothing is relevant; here that is NaN
    scores = rng.integers(0, levels, (40, 60)).astype(float)
    expected = [ndcg_score(r[None], s[None], k=k) for r, s in zip(relevance, scores, strict=True)]
    np.testing.assert_allclose(ndcg_at_k(relevance, scores, k), expected, rtol=1e-12)


def test_candidates_are_the_same_as_leaving_the_others_out():
    rng = np.random.default_rng(1)
    relevance = rng.integers(0, 2, (20, 50))
    scores = rng.normal(size=(20, 50))
    candidates = rng.random((20, 50)) < 0.6
    for query in range(20):
        keep = candidates[query]
        expected = ndcg_at_k(
            relevance[query : query + 1, keep], scores[query : query + 1, keep], 30
        )
        chance = expected_ndcg_at_k(relevance[query : query + 1, keep], 30)
        np.testing.assert_allclose(ndcg_at_k(relevance, scores, 30, candidates)[query], expected[0])
        np.testing.assert_allclose(
            expected_ndcg_at_k(relevance, 30, candidates)[query], chance[0], rtol=1e-12
        )


@pytest.mark.parametrize("grades", [2, 4])
@pytest.mark.parametrize("k", [5, 30, 80])
def test_chance_equals_simulation(grades, k):
    rng = np.random.default_rng(2)
    relevance = np.clip(rng.integers(-3, grades, (1, 50)), 0, None)
    rankings = rng.normal(size=(20_000, 50))
    simulated = ndcg_at_k(np.repeat(relevance, 20_000, axis=0), rankings, k).mean()
    assert expected_ndcg_at_k(relevance, k)[0] == pytest.approx(simulated, abs=0.005)


def test_one_score_for_all_is_chance():
    relevance = np.random.default_rng(3).integers(0, 2, (10, 40))
    constant = np.ones((10, 40))
    np.testing.assert_allclose(
        ndcg_at_k(relevance, constant, 30), expected_ndcg_at_k(relevance, 30), rtol=1e-12
    )


def test_perfect_and_reversed_rankings():
    relevance = np.array([[1, 1, 0, 0]])
    assert ndcg_at_k(relevance, np.array([[4.0, 3, 2, 1]]), 2)[0] == 1.0
    assert ndcg_at_k(relevance, np.array([[1.0, 2, 3, 4]]), 2)[0] == 0.0


def test_query_without_relevant_items_is_nan():
    relevance = np.array([[0, 0], [1, 0]])
    scores = np.array([[1.0, 2.0], [1.0, 2.0]])
    assert np.isnan(ndcg_at_k(relevance, scores, 5)).tolist() == [True, False]
    assert np.isnan(expected_ndcg_at_k(relevance, 5)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("relevance", "scores", "k", "message"),
    [
        ([[1, 0]], [[np.nan, 0.0]], 5, "not finite"),
        ([[-1, 0]], [[1.0, 0.0]], 5, "not negative"),
        ([[np.nan, 0]], [[1.0, 0.0]], 5, "must be finite"),
        ([[1, 0]], [[1.0, 0.0]], 0, "k must be"),
        ([[1, 0]], [[1.0]], 5, "shape"),
        ([1, 0], [1.0, 0.0], 5, "queries, items"),
    ],
)
def test_says_what_is_wrong(relevance, scores, k, message):
    with pytest.raises(ValueError, match=message):
        ndcg_at_k(np.array(relevance), np.array(scores), k)
