"""Verdicts on figures that are known."""

from __future__ import annotations

import math

import pytest

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better, Metric
from objects_that_sound.components.evaluation.threshold import Threshold

ANY = Estimate(0.8, 0.7, 0.9)


def _measured(
    name: str,
    estimate: Estimate | None = ANY,
    change: Estimate | None = None,
    better: Better = Better.HIGHER,
    missing: str = "",
) -> MeasuredMetric:
    return MeasuredMetric(Metric(name, name, better), estimate, change, missing=missing)


def _one(threshold: Threshold, estimate: Estimate, change: Estimate | None = None) -> Decision:
    [decision] = decide([threshold], [_measured(threshold.metric, estimate, change)], True)
    return decision


def test_a_bound_is_kept_only_by_the_whole_interval():
    asked = Threshold("avc", at_least=0.8)
    assert _one(asked, Estimate(0.85, 0.8, 0.9)).passed
    unsure = _one(asked, Estimate(0.85, 0.75, 0.95))
    assert not unsure.passed
    assert unsure.text == (
        "avc 0.850 (0.750 to 0.950) is not surely at least 0.800: too few examples to tell"
    )
    bad = _one(asked, Estimate(0.7, 0.65, 0.75))
    assert not bad.passed
    assert bad.text == "avc 0.700 (0.650 to 0.750) is below 0.800"


def test_an_upper_bound_likewise():
    asked = Threshold("fires", at_most=0.1)
    assert _one(asked, Estimate(0.05, 0.0, 0.1)).passed
    unsure = _one(asked, Estimate(0.05, 0.0, 0.2))
    assert not unsure.passed
    assert unsure.text.endswith("is not surely at most 0.100: too few examples to tell")
    bad = _one(asked, Estimate(0.2, 0.15, 0.25))
    assert not bad.passed
    assert bad.text == "fires 0.200 (0.150 to 0.250) is above 0.100"


def test_a_loss_is_judged_by_its_worst_end():
    asked = Threshold("avc", max_loss=0.05)
    assert _one(asked, ANY, Estimate(-0.01, -0.05, 0.03)).passed
    assert _one(asked, ANY, Estimate(0.2, 0.1, 0.3)).passed
    beyond = _one(asked, ANY, Estimate(-0.1, -0.12, -0.08))
    assert not beyond.passed
    assert beyond.text == (
        "avc changed by -0.100 (-0.120 to -0.080) against the baseline model, beyond a loss of "
        "0.050"
    )


def test_an_interval_wider_than_the_margin_is_told():
    asked = Threshold("avc", max_loss=0.05)
    for change in (Estimate(0.0, -0.1, 0.1), Estimate(-0.06, -0.2, 0.1)):
        decision = _one(asked, ANY, change)
        assert not decision.passed
        assert decision.text.endswith("too few examples to tell")


@pytest.mark.parametrize(
    ("better", "change", "passed"),
    [
        (Better.LOWER, 0.5, False),
        (Better.LOWER, -0.5, True),
        (Better.HIGHER, 0.5, True),
        (Better.HIGHER, -0.5, False),
    ],
)
def test_the_metric_says_which_direction_is_a_loss(better, change, passed):
    asked = Threshold("fires", max_loss=0.1)
    interval = Estimate(change, change - 0.01, change + 0.01)
    [decision] = decide([asked], [_measured("fires", change=interval, better=better)], True)
    assert decision.passed is passed
    assert f"changed by {change:+.3f}" in decision.text
    assert decision.bound == "loss ≤ 0.1"


def test_without_a_baseline_model_the_change_is_not_judged_and_that_is_told():
    asked = Threshold("avc", at_least=0.5, max_loss=0.05)
    at_least, change = decide([asked], [_measured("avc")], False)
    assert at_least.passed
    assert change == Decision("avc", True, "avc is not compared: no baseline model", "loss ≤ 0.05")
    [_, change] = decide([asked], [_measured("avc")], True)
    assert change.passed
    assert change.text.endswith("the baseline model has no such figure")


def test_what_was_not_measured_is_not_met_with_the_reason():
    asked = [Threshold("pointing", at_least=0.5)]
    unknown = _measured("pointing", None, missing="no example has a box")
    [decision] = decide(asked, [_measured("avc"), unknown], False)
    text = "pointing was not measured: no example has a box"
    assert decision == Decision("pointing", False, text, "≥ 0.5")


def test_no_interval_passes_nothing():
    unknown = Estimate(1.0, -math.inf, math.inf)
    decision = _one(Threshold("avc", at_least=0.5), unknown)
    assert not decision.passed
    assert "too few groups of videos" in decision.text
