"""The line through three figures, and where it leads."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.evaluation.measure import mean_of
from objects_that_sound.tfx_pipeline.learning_curve.fit_curve import fit_curve

CLIPS = (100, 200, 400)


def _fit(values: np.ndarray, scenes: int, ceiling: float = 1.0):
    """Of models whose values are the rows [models, examples], in scenes of equal size."""
    clusters = [str(row * scenes // values.shape[1]) for row in range(values.shape[1])]
    return fit_curve(CLIPS, [mean_of(one) for one in values], clusters, ceiling)


def test_a_straight_line_is_continued():
    fitted = _fit(np.array([[0.5] * 40, [0.55] * 40, [0.6] * 40]), scenes=20)
    assert [one.value for one in fitted.figures] == pytest.approx([0.5, 0.55, 0.6])
    assert fitted.gain.value == pytest.approx(0.05)
    assert [one.value for one in fitted.forecast] == pytest.approx([0.65, 0.7])
    assert (fitted.gain.low, fitted.gain.high) == pytest.approx((0.05, 0.05))


def test_the_line_is_that_of_least_squares():
    figures = [0.5, 0.6, 0.62]
    fitted = _fit(np.array([[one] * 40 for one in figures]), scenes=20)
    slope, at_zero = np.polyfit(np.log2(CLIPS), figures, 1)
    assert fitted.gain.value == pytest.approx(slope)
    assert [one.value for one in fitted.forecast] == pytest.approx(
        [at_zero + slope * np.log2(800), at_zero + slope * np.log2(1600)]
    )


def test_a_forecast_does_not_pass_the_ceiling():
    fitted = _fit(np.array([[0.8] * 40, [0.85] * 40, [0.9] * 40]), scenes=20, ceiling=0.93)
    assert [one.value for one in fitted.forecast] == pytest.approx([0.93, 0.93])


def test_what_all_models_find_hard_does_not_widen_the_gain():
    random = np.random.default_rng(0)
    hard = random.random(200) < 0.5
    shared = np.array([0.1 * model + hard for model in range(3)])
    fitted = _fit(shared, scenes=100)
    assert fitted.gain.high - fitted.gain.low < 1e-6
    assert fitted.figures[0].high - fitted.figures[0].low > 0.1


def test_the_interval_of_the_gain_is_that_of_its_scenes():
    """Its true value lies in 90 % of the intervals of models that really gain 0.02."""
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(40):
        values = random.normal([[0.50], [0.52], [0.54]], 0.2, [3, 60])
        gain = _fit(values, scenes=60).gain
        hits += gain.low <= 0.02 <= gain.high
    assert 31 <= hits <= 40


def test_a_single_scene_gives_no_interval():
    fitted = _fit(np.array([[0.5] * 8, [0.55] * 8, [0.6] * 8]), scenes=1)
    assert not fitted.gain.known
    assert not any(one.known for one in fitted.forecast)
