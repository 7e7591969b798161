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
        "avc 0.850 (0.750 to 0.950) may be below 0.800: add held-out videos to tell"
    )
    bad = _one(asked, Estimate(0.7, 0.65, 0.75))
    assert not bad.passed
    assert bad.text == "avc 0.700 (0.650 to 0.750) is below 0.800"


def test_an_upper_bound_likewise():
    asked = Threshold("fires", at_most=0.1)
    assert _one(asked, Estimate(0.05, 0.0, 0.1)).passed
    unsure = _one(asked, Estimate(0.05, 0.0, 0.2))
    assert not unsure.passed
    assert unsure.text.endswith("may be above 0.100: add held-out videos to tell")
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
        assert decision.text.endswith("add held-out videos to tell")


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


@pytest.mark.parametrize(
    "asked",
    [
        Threshold("avc", at_least=0.5),
        Threshold("avc", beats_chance=0.0),
        Threshold("avc", beats_baselines=True),
    ],
    ids=["bound", "chance", "baselines"],
)
def test_no_interval_passes_nothing(asked):
    [decision] = decide([asked], [_compared(Estimate(1.0, -math.inf, math.inf))], False)
    assert not decision.passed
    assert "too few groups of videos" in decision.text


def _compared(
    estimate: Estimate,
    better: Better = Better.HIGHER,
    chance: float | None = 0.5,
    **baselines: Estimate,
) -> MeasuredMetric:
    """A metric with its chance and its baselines, one of which is weak unless others are given."""
    beside = baselines or {"weak": Estimate(0.5, 0.45, 0.55)}
    metric = Metric("avc", "AVC", better)
    return MeasuredMetric(metric, estimate, chance=chance, baselines=beside)


def test_every_baseline_is_beaten_with_intervals_apart():
    asked = [Threshold("avc", beats_baselines=True)]
    # The better figure is in less doubt: the other one is harder to beat.
    others = {"steady": Estimate(0.66, 0.65, 0.67), "doubtful": Estimate(0.64, 0.58, 0.70)}
    [decision] = decide(asked, [_compared(Estimate(0.75, 0.71, 0.79), **others)], False)
    assert decision == Decision(
        "avc",
        True,
        "avc 0.750 (0.710 to 0.790) is above the best baseline, doubtful: 0.640 (0.580 to 0.700)",
        "beats the baselines",
    )
    [decision] = decide(asked, [_compared(Estimate(0.73, 0.69, 0.77), **others)], False)
    assert not decision.passed
    assert "not surely above the best baseline, doubtful" in decision.text
    assert decision.text.endswith("their intervals overlap")
    [decision] = decide(asked, [_compared(Estimate(0.60, 0.58, 0.62), **others)], False)
    assert not decision.passed
    assert "is not above the best baseline, doubtful" in decision.text


def test_where_lower_is_better_a_baseline_is_beaten_from_below():
    asked = [Threshold("avc", beats_baselines=True, beats_chance=1.0)]
    beside = {"centre": Estimate(0.3, 0.25, 0.35), "noise": Estimate(0.6, 0.5, 0.7)}
    good = _compared(Estimate(0.15, 0.1, 0.2), Better.LOWER, 0.9, **beside)
    assert [one.passed for one in decide(asked, [good], False)] == [True, True]
    middling = _compared(Estimate(0.28, 0.24, 0.32), Better.LOWER, 0.35, **beside)
    baselines, chance = decide(asked, [middling], False)
    assert "not surely below the best baseline, centre: 0.300" in baselines.text
    assert [baselines.passed, chance.passed] == [False, False]
    bad = _compared(Estimate(0.5, 0.4, 0.6), Better.LOWER, 0.35, **beside)
    baselines, chance = decide(asked, [bad], False)
    assert "is not below the best baseline, centre" in baselines.text
    assert "is not better than chance, 0.350" in chance.text


def test_chance_is_beaten_by_widths_of_the_interval():
    asked = [Threshold("avc", beats_chance=1.0)]
    [decision] = decide(asked, [_compared(Estimate(0.61, 0.56, 0.66))], False)
    assert decision == Decision(
        "avc",
        True,
        "avc 0.610 (0.560 to 0.660) is 0.110 better than chance, 0.500. The bound asks for 0.100, "
        "the width of the interval",
        "beats chance by 1 times its interval",
    )
    # The same figure of fewer videos, and a lower one of as many.
    for estimate in (Estimate(0.61, 0.54, 0.68), Estimate(0.58, 0.53, 0.63)):
        [decision] = decide(asked, [_compared(estimate)], False)
        assert not decision.passed
    [decision] = decide([Threshold("avc", beats_chance=0.5)], [_compared(estimate)], False)
    assert decision.passed


def test_chance_itself_never_beats_chance():
    for margin in (0.0, 1.0):
        exact = _compared(Estimate(0.5, 0.5, 0.5))
        [decision] = decide([Threshold("avc", beats_chance=margin)], [exact], False)
        assert not decision.passed


def test_what_nothing_stands_beside_is_not_kept():
    alone = MeasuredMetric(Metric("avc", "AVC"), ANY)
    asked = [Threshold("avc", beats_baselines=True, beats_chance=1.0)]
    baselines, chance = decide(asked, [alone], False)
    assert not baselines.passed and "no baseline" in baselines.text
    assert not chance.passed and "chance is not known" in chance.text


@pytest.mark.parametrize(
    ("change", "passed"),
    [
        (Estimate(0.0, -0.03, 0.03), True),  # as good, and the examples suffice to tell
        (Estimate(-0.05, -0.08, -0.02), True),  # within the doubt of the figure itself
        (Estimate(-0.09, -0.13, -0.05), False),
        (Estimate(0.0, -0.15, 0.15), False),  # too few examples to tell
        (Estimate(0.2, 0.1, 0.3), True),
    ],
)
def test_no_loss_allows_the_width_of_the_figures_own_interval(change, passed):
    decision = _one(Threshold("avc", no_loss=True), Estimate(0.8, 0.75, 0.85), change)
    assert decision.passed is passed
    assert decision.bound == "no loss"
    assert "a loss of 0.100" in decision.text


def test_no_loss_of_a_figure_without_an_interval_allows_none():
    unknown = Estimate(0.8, -math.inf, math.inf)
    assert not _one(Threshold("avc", no_loss=True), unknown, Estimate(-0.01, -0.01, -0.01)).passed
    assert not _one(Threshold("avc", no_loss=True), unknown, unknown).passed
