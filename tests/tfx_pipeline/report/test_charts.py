"""The charts are SVG whose colours the page decides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.tfx_pipeline.report.charts import metrics_chart, training_curves


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
    history = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "accuracy": [0.5], "step": [10, 20]}
    curves = training_curves(history)
    assert len(curves) == 2
    assert {"loss", "step", "train", "eval"} <= set(_texts(curves[0]))
    assert "eval" not in _texts(curves[1])


def test_elements_of_two_charts_do_not_share_ids():
    history = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.6], "step": [10, 20]}
    first, second = (set(re.findall(r'clipPath id="([^"]+)"', c)) for c in training_curves(history))
    assert first
    assert not first & second


def test_nothing_to_draw():
    assert training_curves({}) == []
    assert training_curves({"step": [], "loss": []}) == []
    assert metrics_chart([]) == ""
    assert metrics_chart([MeasuredMetric(Metric("a", "A"), missing="no boxes")]) == ""


def test_the_axis_reaches_a_difference_below_zero():
    gain = MeasuredMetric(Metric("gain", "Gain over MFCC"), Estimate(-0.25, -0.375, -0.1))
    assert any(text.startswith("\N{MINUS SIGN}0.") for text in _texts(metrics_chart([gain])))
