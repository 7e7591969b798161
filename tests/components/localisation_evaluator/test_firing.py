"""One threshold for all sounds; precision and recall against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from objects_that_sound.components.localisation_evaluator.firing import (
    FiringCurve,
    firing_rate,
    universal_threshold,
)


def test_the_threshold_keeps_nine_in_ten_true_sounds():
    true = np.random.default_rng(0).random(1000)
    assert np.mean(true >= universal_threshold(true)) == pytest.approx(0.9, abs=0.001)


def test_a_constant_score_fires_at_everything():
    threshold = universal_threshold(np.full(10, 0.3))
    assert firing_rate(np.full(10, 0.3), threshold) == 1.0


def test_sounds_that_are_not_there_do_not_count():
    assert firing_rate(np.array([0.9, np.nan, 0.1, np.nan]), 0.5) == 0.5
    assert np.isnan(firing_rate(np.array([np.nan]), 0.5))


@pytest.mark.parametrize("levels", [6, 10**9], ids=["many ties", "no ties"])
def test_equals_scikit_learn(levels):
    rng = np.random.default_rng(1)
    true = np.sqrt(rng.integers(1, levels, 60) / levels)
    silence, other = rng.integers(1, levels, (2, 60)) / levels
    other[:20] = np.nan
    rows = rng.integers(0, 60, 80)
    curve = FiringCurve(true, [silence, np.full(60, np.nan), other])
    there = other[rows][~np.isnan(other[rows])]
    scores = np.concatenate([true[rows], silence[rows], there])
    truth = np.repeat([1, 0, 0], [80, 80, len(there)])
    weights = np.repeat([1 / 80, 0.5 / 80, 0.5 / len(there)], [80, 80, len(there)])
    expected = average_precision_score(truth, scores, sample_weight=weights)
    assert curve.average_precision(rows) == pytest.approx(expected, rel=1e-9)
    precision, recall, _ = precision_recall_curve(truth, scores, sample_weight=weights)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    assert curve.max_f1(rows) == pytest.approx(f1.max(), rel=1e-9)


def test_a_constant_score_is_chance():
    constant = np.full(10, 0.3)
    curve = FiringCurve(constant, [constant, constant, constant])
    assert curve.average_precision(np.arange(10)) == pytest.approx(1 / 2)
    assert curve.max_f1(np.arange(10)) == pytest.approx(2 / 3)


def test_rows_without_a_kind_of_sound_define_nothing():
    curve = FiringCurve(np.ones(4), [np.zeros(4), np.array([0.0, np.nan, np.nan, np.nan])])
    assert curve.average_precision(np.arange(4)) == pytest.approx(1.0)
    assert np.isnan(curve.average_precision(np.array([1, 2])))


def test_no_other_sound_is_an_error():
    with pytest.raises(ValueError, match="no other sounds"):
        FiringCurve(np.ones(2), [np.full(2, np.nan)])
