"""Times of examples."""

from __future__ import annotations

from fractions import Fraction

import pytest

from objects_that_sound.components.video_example_gen.sampling import sample_times, segment_range


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


def test_no_range_no_times():
    assert _times(3, 2, 10) == []


def test_other_attempts_take_other_times_of_the_same_slots():
    first = _times(0, 9.99, 10)
    for attempt in (1, 2):
        times = sample_times(
            Fraction(0), Fraction("9.99"), 10, seed=0, video_id="v", attempt=attempt
        )
        assert [int(time) for time in times] == [int(time) for time in first] == list(range(10))
        assert sum(a == b for a, b in zip(times, first, strict=True)) < 5
    assert sample_times(Fraction(2), Fraction(2), 3, seed=0, video_id="v", attempt=1) == [2.0]


@pytest.mark.parametrize(
    ("start", "end", "frames", "wanted"),
    [
        (None, None, 1, (0.5, 99.5)),
        (30, 40, 1, (30.5, 39.5)),
        (30, 40, 25, (30.5, 39.48)),  # 12 frames before the middle one, 13 from its beginning on
        (30, 40, 51, (31, 38.96)),
        (0, 10, 1, (0.5, 9.5)),
        (95, 105, 1, (95.5, 99.5)),
        (None, 40, 1, (0.5, 39.5)),
        (30.1, None, 1, (30.6, 99.5)),
    ],
)
def test_examples_lie_within_their_segment_as_a_whole(start, end, frames, wanted):
    found = segment_range(Fraction("0.5"), Fraction("99.5"), start, end, frames=frames)
    assert found == tuple(Fraction(str(time)) for time in wanted)


def test_choice_depends_on_seed_and_video_only():
    assert _times(0, 9, 5) == _times(0, 9, 5)
    assert _times(0, 9, 5) != _times(0, 9, 5, seed=1)
    assert _times(0, 9, 5) != _times(0, 9, 5, video_id="w")
