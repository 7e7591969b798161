from __future__ import annotations

import json

import numpy as np
import pytest

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import Decision, decide, write_blessing
from objects_that_sound.components.evaluation.estimate import Estimate, confidence_and_change
from objects_that_sound.components.evaluation.threshold import Threshold


def _one(threshold: Threshold, estimate: Estimate, change: Estimate | None = None) -> Decision:
    changes = None if change is None else {threshold.metric: change}
    [decision] = decide([threshold], {threshold.metric: estimate}, changes)
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


ANY = Estimate(0.8, 0.7, 0.9)


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


def test_a_loss_of_what_should_be_low_is_a_rise():
    asked = Threshold("fires", at_most=1.0, max_loss=0.05)
    estimates = {"fires": Estimate(0.2, 0.1, 0.3)}
    fall = decide([asked], estimates, {"fires": Estimate(-0.3, -0.4, -0.2)})
    assert [decision.passed for decision in fall] == [True, True]
    rise = decide([asked], estimates, {"fires": Estimate(0.1, 0.08, 0.12)})
    assert [decision.passed for decision in rise] == [True, False]
    assert "changed by +0.100 (+0.080 to +0.120)" in rise[1].text


def test_without_a_baseline_model_the_change_is_not_judged_and_that_is_told():
    asked = Threshold("avc", at_least=0.5, max_loss=0.05)
    at_least, change = decide([asked], {"avc": ANY}, None)
    assert at_least.passed
    assert change == Decision("avc", True, "avc is not compared: no baseline model")
    [_, change] = decide([asked], {"avc": ANY}, {})
    assert change.passed
    assert change.text.endswith("the baseline model has no such figure")


def test_what_was_not_measured_is_not_met_with_the_reason():
    asked = [Threshold("pointing", at_least=0.5), Threshold("other", max_loss=0.1)]
    pointing, other = decide(asked, {"avc": ANY}, None, {"pointing": "no example has a box"})
    assert pointing == Decision(
        "pointing", False, "pointing was not measured: no example has a box"
    )
    assert other == Decision("other", False, "other was not measured: only avc")


def test_no_interval_passes_nothing():
    unknown = Estimate(1.0, -np.inf, np.inf)
    decision = _one(Threshold("avc", at_least=0.5), unknown)
    assert not decision.passed
    assert "too few groups of videos" in decision.text


@pytest.mark.parametrize("passed", [True, False])
def test_the_verdict_is_left_in_the_evaluation(passed, tmp_path):
    evaluation = Evaluation()
    evaluation.uri = str(tmp_path / "evaluation")
    decisions = [Decision("a", True, "fine"), Decision("b", passed, "well")]
    assert write_blessing(evaluation, decisions) is passed
    content = json.loads((tmp_path / "evaluation" / "decisions.json").read_text())
    assert content == {
        "blessed": passed,
        "decisions": [
            {"metric": "a", "passed": True, "text": "fine"},
            {"metric": "b", "passed": passed, "text": "well"},
        ],
    }
    # A second verdict replaces the first.
    assert write_blessing(evaluation, []) is True
    assert write_blessing(evaluation, decisions) is passed
    names = {path.name for path in (tmp_path / "evaluation").iterdir()}
    assert names == {"decisions.json", "BLESSED" if passed else "NOT_BLESSED"}
    assert evaluation.get_int_custom_property("blessed") == int(passed)


def test_intervals_stand_beside_the_figures():
    estimates = {"avc": Estimate(0.8, 0.75, 0.85)}
    plain = {"confidence": {"avc": {"low": 0.75, "high": 0.85}}}
    assert confidence_and_change(estimates, None) == plain
    change = {"avc": Estimate(0.1, -np.inf, np.inf)}
    assert confidence_and_change(estimates, change) == {
        **plain,
        "change": {"avc": {"value": 0.1, "low": None, "high": None}},
    }
