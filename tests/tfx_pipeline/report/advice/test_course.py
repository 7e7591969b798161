"""What the curves of a training are taken for."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.tfx_pipeline.report.advice.course import Course, course_of

FALLING = [0.9, 0.8, 0.7, 0.62, 0.6, 0.61, 0.63, 0.66, 0.68, 0.72]
RISING = [0.50, 0.52, 0.55, 0.57, 0.60, 0.62, 0.64, 0.66, 0.67, 0.69]
LEVEL = [0.50, 0.55, 0.60, 0.62, 0.61, 0.62, 0.61, 0.62, 0.61, 0.62]
WORSE = [0.50, 0.55, 0.60, 0.64, 0.66, 0.65, 0.64, 0.62, 0.61, 0.60]


@pytest.mark.parametrize(
    ("accuracy", "val_loss", "course"),
    [
        (RISING, (), Course.RISING),
        (RISING, FALLING, Course.RISING),  # accuracy chooses the epoch, so it judges
        (LEVEL, (), Course.LEVEL),
        (LEVEL, FALLING, Course.OVERFITTING),
        (WORSE, (), Course.OVERFITTING),
        ([0.5] * 10, (), Course.LEVEL),
        (RISING[:4], (), Course.UNKNOWN),
        (RISING[:5], (), Course.RISING),
        ([], (), Course.UNKNOWN),
    ],
)
def test_curves(training, accuracy, val_loss, course):
    assert course_of(training(accuracy, val_loss)) is course


def test_a_training_that_ended_at_its_plateau_was_not_getting_better(training):
    assert course_of(training(RISING, ended="plateau")) is Course.LEVEL
    assert course_of(training(RISING, FALLING, ended="plateau")) is Course.OVERFITTING


def test_worse_validation_is_no_overfitting_while_training_gets_worse_too(training):
    history = training(WORSE)
    history.curves["loss"].reverse()
    assert course_of(history) is Course.LEVEL


def test_noise_seldom_passes_for_a_trend(training):
    random = np.random.default_rng(0)
    courses = [course_of(training(list(random.normal(0.6, 0.02, 20)))) for _ in range(200)]
    assert courses.count(Course.RISING) < 0.08 * 200  # 5 % of them, in the long run


def test_a_trend_below_noise_is_found_in_a_long_curve(training):
    random = np.random.default_rng(0)
    curve = 0.5 + 0.004 * np.arange(40) + random.normal(0, 0.02, 40)
    assert course_of(training(list(curve))) is Course.RISING
