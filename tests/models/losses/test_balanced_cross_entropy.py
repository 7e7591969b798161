from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.losses.balanced_cross_entropy import (
    balanced_accuracy,
    balanced_cross_entropy,
)

EYE = np.eye(8, dtype=np.float32)


def _loss(logits, positives=EYE, negatives=1 - EYE) -> float:
    return float(balanced_cross_entropy(np.float32(logits), positives, negatives))


def _accuracy(logits, positives=EYE, negatives=1 - EYE) -> float:
    return float(balanced_accuracy(np.float32(logits), positives, negatives))


def test_zero_logits_cost_log_2():
    assert _loss(np.zeros([8, 8])) == pytest.approx(np.log(2), rel=1e-6)


def test_perfect_separation_costs_nothing_and_its_reverse_much():
    assert _loss(40 * (2 * EYE - 1)) == pytest.approx(0, abs=1e-6)
    assert _loss(-40 * (2 * EYE - 1)) == pytest.approx(40, rel=1e-6)


def test_it_is_the_softmax_cross_entropy_of_two_classes():
    logits = np.random.default_rng(0).normal(0, 2, [8, 8])
    probability = 1 / (1 + np.exp(-logits))  # = softmax([0, logit])[1]
    expected = -0.5 * np.log(np.diagonal(probability)).mean()
    expected += -0.5 * np.log(1 - probability[EYE == 0]).mean()
    assert _loss(logits) == pytest.approx(expected, rel=1e-5)


def test_both_sides_weigh_the_same_however_many_they_are():
    logits = np.full([8, 8], 1.5)
    few = np.roll(EYE, 1, axis=1)
    assert _loss(logits) == pytest.approx(_loss(logits, EYE, few), rel=1e-6)


def test_pairs_in_neither_mask_count_nothing():
    negatives = (1 - EYE) * (np.arange(8) != 3)
    logits = np.where(EYE + negatives > 0, 1.0, 1e6)
    assert _loss(logits, EYE, negatives) == pytest.approx(_loss(np.ones([8, 8])), rel=1e-6)


def test_no_negatives_at_all_give_a_finite_loss():
    assert _loss(np.zeros([8, 8]), EYE, 0 * EYE) == pytest.approx(np.log(2) / 2, rel=1e-6)


def test_half_precision_logits_are_summed_in_single_precision():
    logits = np.zeros([300, 300], np.float16)
    eye = np.eye(300, dtype=np.float32)
    assert float(balanced_cross_entropy(logits, eye, 1 - eye)) == pytest.approx(np.log(2), rel=1e-3)


def test_accuracy_of_always_yes_always_no_right_and_wrong():
    assert _accuracy(np.ones([8, 8])) == 0.5
    assert _accuracy(-np.ones([8, 8])) == 0.5
    assert _accuracy(2 * EYE - 1) == 1.0
    assert _accuracy(1 - 2 * EYE) == 0.0
