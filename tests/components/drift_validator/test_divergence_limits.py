"""How much divergence is allowed."""

from __future__ import annotations

import pytest

from objects_that_sound.components.drift_validator.divergence_limits import (
    DivergenceLimits,
    SampleSize,
    parse_limits,
)

MANY = SampleSize(10**9, 10**9)


def test_fewer_videos_may_differ_more():
    limits = DivergenceLimits()
    few, more = SampleSize(100, 10), SampleSize(1000, 100)
    assert limits.allowed("audio/loudness", MANY, MANY) == pytest.approx(0.1)
    assert limits.allowed("audio/loudness", more, more) == pytest.approx(0.1 + 6 / 100 + 6 / 1000)
    assert limits.allowed("audio/loudness", few, MANY) == pytest.approx(0.1 + 3 / 10 + 3 / 100)
    assert limits.allowed("audio/loudness", SampleSize(5, 5), MANY) > 1


def test_a_feature_may_have_its_own_limit():
    limits = parse_limits(["0.2", "audio/loudness=.5"])
    assert limits.allowed("audio/loudness", MANY, MANY) == pytest.approx(0.5)
    assert limits.allowed("image/brightness", MANY, MANY) == pytest.approx(0.2)
    assert DivergenceLimits.from_json(limits.to_json()) == limits
    assert parse_limits([]) == DivergenceLimits()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loud", "is no limit: write 0.2, or audio/loudness=0.5"),
        ("audio/loudness=", "is no limit"),
        ("audio/volume=0.5", "no feature audio/volume; those that are compared: image/brightness"),
        ("1.5", "between 0 and 1"),
        ("audio/loudness=2", "between 0 and 1"),
    ],
)
def test_limits_that_cannot_be(text, message):
    with pytest.raises(ValueError, match=message):
        parse_limits([text])


def test_the_allowance_for_chance_is_not_negative():
    with pytest.raises(ValueError, match="below 0"):
        DivergenceLimits(noise=-1)
