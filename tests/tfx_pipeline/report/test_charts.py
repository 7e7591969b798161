"""The charts are SVG whose colours the page decides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.report.charts import (
    comparison_curves,
    metrics_chart,
    training_curves,
)


def _texts(svg: str) -> list[str]:
    return [element.text for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_metrics_chart_names_everything():
    avc = MeasuredMetric(
        Metric("avc", "AVC accuracy"),
        Estimate(0.9, 0.85, 0.95),
        chance=0.5,
        ceiling=0.95,
        baselines={"colour histogram": Estimate(0.6)},
    )
    silence = MeasuredMetric(Metric("fires", "Fires at silence", Better.LOWER), Estimate(0.123))
    missing = MeasuredMetric(Metric("pointing", "Pointing"), missing="there are no boxes")
    svg = metrics_chart([avc, missing, silence])
    texts = _texts(svg)
    for text in ("AVC accuracy", "chance", "ceiling", "colour histogram", "0.900", "0.123"):
        assert text in texts
    assert "Fires at silence ↓" in texts
    assert "Pointing" not in texts
    assert "var(--accent)" in svg
    assert "#0102" not in svg


def test_one_curve_a_metric_with_its_validation():
    figures = {
        "loss": [2.0, 1.0],
        "val_loss": [2.0, 1.5],
        "accuracy": [0.5],
        "step": [10, 20],
        "seconds": [1.0, 2.0],
    }
    curves = training_curves(TrainingHistory(figures, 1, False, val_split="val"))
    assert len(curves) == 2
    assert {"loss", "step", "train", "val"} <= set(_texts(curves[0]))
    assert "val" not in _texts(curves[1])


def test_curves_of_two_trainings_name_the_split_of_each():
    figures = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "step": [10, 20]}
    a = TrainingHistory(figures, 1, False, val_split="val")
    b = TrainingHistory(figures, 1, False, val_split="eval")
    [curve] = comparison_curves(a, b)
    assert {"A train", "A val", "B train", "B eval"} <= set(_texts(curve))
    [curve] = comparison_curves(None, b)
    assert {"B train", "B eval"} <= set(_texts(curve))
    assert "A train" not in _texts(curve)


def test_elements_of_two_charts_do_not_share_ids():
    figures = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.6], "step": [10, 20]}
    history = TrainingHistory(figures, 1, False)
    first, second = (set(re.findall(r'clipPath id="([^"]+)"', c)) for c in training_curves(history))
    assert first
    assert not first & second


def test_nothing_to_draw():
    assert training_curves(None) == []
    assert training_curves(TrainingHistory({"step": [], "loss": []}, 0, False)) == []
    assert metrics_chart([]) == ""
    assert metrics_chart([MeasuredMetric(Metric("a", "A"), missing="no boxes")]) == ""


def test_the_axis_reaches_a_difference_below_zero():
    gain = MeasuredMetric(Metric("gain", "Gain over MFCC"), Estimate(-0.25, -0.375, -0.1))
    assert any(text.startswith("\N{MINUS SIGN}0.") for text in _texts(metrics_chart([gain])))
