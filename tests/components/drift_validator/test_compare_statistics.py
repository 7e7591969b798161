"""What TFDV's comparators make of distributions that are alike, and of others."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.drift_validator.compare_statistics import compare_statistics
from objects_that_sound.components.drift_validator.comparison import (
    DRIFT,
    SKEW,
    read_comparisons,
    write_comparisons,
)
from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits


def _draw(seed: int, count: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-20 + shift, 3, count).astype(np.float32)


@pytest.mark.parametrize("kind", [DRIFT, SKEW])
def test_a_shift_is_found_and_none_where_there_is_none(make_statistics, kind):
    old = make_statistics(100, loudness=_draw(0, 1000), brightness=_draw(1, 1000))
    new = make_statistics(100, loudness=_draw(2, 1000), brightness=_draw(3, 1000, shift=12))
    found, anomalies = compare_statistics(kind, new, old, DivergenceLimits())
    brightness, loudness = found
    assert (brightness.feature, brightness.passed) == ("image/brightness", False)
    assert (loudness.feature, loudness.passed) == ("audio/loudness", True)
    assert brightness.divergence > 0.8
    assert 0 < loudness.divergence < 0.05
    assert brightness.size == brightness.baseline_size == (1000, 100)
    assert list(anomalies.anomaly_info) == ["image/brightness"]
    assert "brightness [image/brightness] differs" in brightness.text
    assert f"divergence {brightness.divergence:.3f}, at most 0.166 is allowed" in brightness.text


@pytest.mark.parametrize(("groups", "examples"), [(10, 30), (24, 240), (60, 60), (100, 1000)])
def test_samples_of_one_collection_pass(make_statistics, groups, examples):
    """Each video has a mean of its own, its examples lie around it."""
    rng = np.random.default_rng(groups)
    for _ in range(10):
        pair = []
        for _ in range(2):
            means = rng.normal(0, 1, groups)
            values = np.resize(means, examples) + rng.normal(0, 0.5, examples)
            pair.append(make_statistics(groups, loudness=values.astype(np.float32)))
        [found], _ = compare_statistics(DRIFT, *pair, DivergenceLimits())
        assert found.passed, found.text
        assert not found.too_few


def test_too_few_videos_tell_nothing(make_statistics):
    old = make_statistics(4, loudness=_draw(0, 40))
    new = make_statistics(4, loudness=_draw(1, 40, shift=100))
    [found], anomalies = compare_statistics(DRIFT, new, old, DivergenceLimits())
    assert found.divergence == 1
    assert found.passed and found.too_few
    assert "too few videos to tell" in found.text
    assert not anomalies.anomaly_info


def test_values_that_are_all_the_same_can_be_compared(make_statistics):
    dark = make_statistics(50, brightness=np.zeros(500, np.float32))
    other = make_statistics(50, brightness=_draw(0, 500))
    limits = DivergenceLimits()
    [found], _ = compare_statistics(DRIFT, dark, other, limits)
    assert (found.divergence, found.passed) == (1, False)
    [found], _ = compare_statistics(DRIFT, dark, dark, limits)
    assert (found.divergence, found.passed) == (0, True)


def test_only_what_both_have_is_compared(make_statistics):
    old = make_statistics(50, loudness=_draw(0, 500))
    new = make_statistics(50, loudness=_draw(1, 500), brightness=_draw(2, 500))
    found, _ = compare_statistics(DRIFT, new, old, DivergenceLimits())
    assert [one.feature for one in found] == ["audio/loudness"]


def test_what_is_written_can_be_read(make_statistics):
    statistics = make_statistics(50, loudness=_draw(0, 500), brightness=_draw(1, 500))
    found, _ = compare_statistics(SKEW, statistics, statistics, DivergenceLimits())
    assert read_comparisons(write_comparisons(found)) == found
