"""Times of examples."""

from __future__ import annotations

from fractions import Fraction

import pytest

from components.video_example_gen.sampling import sample_times


def _times(first: float, last: float, count: int, video_id: str = "v", seed: int = 0) -> list:
    return sample_times(
        Fraction(str(first)), Fraction(str(last)), count, seed=seed, video_id=video_id
    )


def test_times_are_spread_ticks_within_the_range():
    for name in map(str, range(50)):
        times = _times(0.51, 9.49, 10, name)
        assert len(times) == 10
        assert times[0] >= 0.51 and times[-1] <= 9.49
        assert all(time == pytest.approx(round(time * 25) / 25, abs=1e-12) for time in times)
        slots = [int((time - 0.51) / (8.98 / 10) + 1e-9) for time in times]
        assert all(abs(slot - index) <= 1 for index, slot in enumerate(slots))
        assert len(set(times)) == 10


def test_ends_count():
    assert _times(0.52, 0.52, 10) == [0.52]
    assert _times(0.52, 0.60, 10) == [0.52, 0.56, 0.6]
    assert _times(0.53, 0.55, 10) == []


def test_choice_depends_on_seed_and_video_only():
    assert _times(0, 9, 5) == _times(0, 9, 5)
    assert _times(0, 9, 5) != _times(0, 9, 5, seed=1)
    assert _times(0, 9, 5) != _times(0, 9, 5, video_id="w")
