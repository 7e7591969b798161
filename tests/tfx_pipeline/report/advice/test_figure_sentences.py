"""What is said of a figure beside chance and baselines."""

from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.tfx_pipeline.report.advice.figure_sentences import figure_sentences

METRIC = Metric("avc_accuracy", "AVC accuracy")


def _said(estimate: Estimate, **more) -> str:
    return " ".join(figure_sentences(MeasuredMetric(METRIC, estimate, chance=0.5, **more)))


def test_figure_interval_chance_and_ceiling_are_said():
    text = _said(Estimate(0.57, 0.53, 0.61), ceiling=0.947)
    assert "is 0.570, with a 90 % interval of 0.530 to 0.610; guessing reaches 0.500" in text
    assert "no model could reach more than 0.947" in text
    assert "no model could reach" not in _said(Estimate(0.57, 0.53, 0.61))


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (Estimate(0.57, 0.53, 0.61), "surely above chance, by 0.070 (0.030 to 0.110)"),
        (Estimate(0.52, 0.49, 0.55), "not surely better than guessing"),
        (Estimate(0.50, 0.50, 0.50), "not surely better than guessing"),
        (Estimate(0.90), "not surely better than guessing"),
        (Estimate(0.45, 0.42, 0.49), "worse than guessing"),
    ],
)
def test_beside_chance(estimate, said):
    assert said in _said(estimate)


def test_a_figure_without_an_interval_says_why():
    assert "there are too few held-out scenes" in _said(Estimate(0.9))


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.70, 0.66, 0.74, "The model is surely better, by 0.100."),
        (0.63, 0.59, 0.67, "higher by 0.030, but the intervals overlap"),
        (0.58, 0.54, 0.62, "lower by 0.020, but the intervals overlap"),
        (0.53, 0.50, 0.56, "The model is surely worse, by 0.070."),
    ],
)
def test_beside_the_best_baseline(value, low, high, said):
    baselines = {
        "Untrained": Estimate(0.51, 0.49, 0.53),
        "Colour histogram": Estimate(0.60, 0.57, 0.63),
    }
    text = _said(Estimate(value, low, high), baselines=baselines)
    assert (
        "The best simple method that it is compared with (Colour histogram) reaches 0.600" in text
    )
    assert said in text


def test_without_baselines_none_is_spoken_of():
    assert "simple method" not in _said(Estimate(0.57, 0.53, 0.61))


def test_an_unknown_figure_is_called_by_its_title():
    other = MeasuredMetric(Metric("f", "Fidelity"), Estimate(0.6, 0.5, 0.7), chance=0.1)
    assert figure_sentences(other)[0].startswith("Fidelity is 0.600")
