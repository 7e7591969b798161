from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.losses.info_nce import info_nce

EYE = np.eye(8, dtype=np.float32)


def _loss(similarities, negatives=1 - EYE, **kwargs) -> float:
    return float(info_nce(np.float32(similarities), EYE, np.float32(negatives), **kwargs))


@pytest.mark.parametrize("similarity", [-1.0, 0.0, 1.0])
def test_equal_similarities_cost_log_batch(similarity):
    assert _loss(np.full([8, 8], similarity)) == pytest.approx(np.log(8), rel=1e-5)


def test_perfect_separation_costs_nothing():
    assert _loss(2 * EYE - 1) == pytest.approx(0, abs=1e-5)


def test_it_is_the_mean_of_both_directions():
    similarities = np.random.default_rng(0).uniform(-1, 1, [8, 8])
    logits = similarities / 0.5
    by_image = -np.log(np.diagonal(np.exp(logits) / np.exp(logits).sum(1, keepdims=True)))
    by_sound = -np.log(np.diagonal(np.exp(logits) / np.exp(logits).sum(0, keepdims=True)))
    expected = (by_image.mean() + by_sound.mean()) / 2
    assert _loss(similarities, temperature=0.5) == pytest.approx(expected, rel=1e-5)


def test_pairs_of_the_same_group_take_no_part():
    negatives = 1 - EYE
    negatives[0, 1] = negatives[1, 0] = 0
    equal = np.zeros([8, 8])
    confused = equal.copy()
    confused[0, 1] = confused[1, 0] = 1
    assert _loss(confused, negatives) == pytest.approx(_loss(equal, negatives), rel=1e-6)
    assert _loss(equal, negatives) == pytest.approx((2 * np.log(7) + 6 * np.log(8)) / 8, rel=1e-5)
