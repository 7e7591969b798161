"""What ServingValidator makes of answers, times and memory."""

from __future__ import annotations

import pytest

from objects_that_sound.components.serving_validator.answers import Answers
from objects_that_sound.components.serving_validator.decide import decide
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits

LIMITS = ServingLimits(load_seconds=10.0, request_seconds=2.0, p99_seconds=0.5, memory_bytes=2**30)


def _answers(seconds: list[float], difference: float = 0.0, *problems: str) -> Answers:
    found = Answers({})
    found.seconds = {("score", "grpc"): seconds[::2], ("score", "rest"): seconds[1::2]}
    found.largest_difference = difference
    found.problems = list(problems)
    return found


def _by_metric(decisions) -> dict:
    return {decision.metric: decision for decision in decisions}


def test_right_answers_in_time_pass():
    assert all(one.passed for one in decide(LIMITS, 3.0, _answers([0.1] * 10), 2**29))


def test_wrong_answers_are_named_and_refuse():
    answers = _answers([0.1] * 6, 0.0, "score over gRPC, score: not finite", "score: no outputs")
    decision = _by_metric(decide(LIMITS, 3.0, answers, None))["answers"]
    assert not decision.passed
    assert "of 6 requests" in decision.text and "not finite (1 times)" in decision.text


def test_nothing_to_ask_refuses():
    assert not _by_metric(decide(LIMITS, 3.0, Answers({}), None))["answers"].passed


@pytest.mark.parametrize(("difference", "passed"), [(0.9e-5, True), (0.002, False)])
def test_answers_that_differ_between_the_protocols_refuse(difference, passed):
    decisions = decide(LIMITS, 3.0, _answers([0.1] * 4, difference), None)
    assert _by_metric(decisions)["protocols"].passed == passed
    assert [one.metric for one in decisions if not one.passed] == ([] if passed else ["protocols"])


@pytest.mark.parametrize(
    ("metric", "load", "seconds", "memory"),
    [
        ("load_seconds", 11.0, [0.1] * 200, 2**29),
        ("request_seconds", 1.0, [0.1] * 199 + [3.0], 2**29),
        ("p99_seconds", 1.0, [0.1] * 190 + [0.7] * 10, 2**29),
        ("memory_bytes", 1.0, [0.1] * 200, 2**31),
    ],
)
def test_each_limit_refuses_alone(metric, load, seconds, memory):
    decisions = decide(LIMITS, load, _answers(seconds), memory)
    assert [decision.metric for decision in decisions if not decision.passed] == [metric]
    assert "over the limit" in _by_metric(decisions)[metric].text


def test_memory_that_cannot_be_measured_passes_and_says_so():
    decision = _by_metric(decide(LIMITS, 1.0, _answers([0.1]), None))["memory_bytes"]
    assert decision.passed and "cannot be measured" in decision.text


def test_limits_are_positive():
    with pytest.raises(ValueError, match="p99_seconds must be positive"):
        ServingLimits(p99_seconds=0)
