from __future__ import annotations

import pytest

from objects_that_sound.models.training.training_clock import TrainingClock


class _Now:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def now() -> _Now:
    return _Now()


def _steps(clock: TrainingClock, now: _Now, *seconds: float) -> None:
    for one in seconds:
        now.now += one
        clock.step_done()


def test_the_first_step_takes_time_but_is_not_a_steps_time(now):
    clock = TrainingClock(read=now)
    assert clock.steps_in(10) is None
    _steps(clock, now, 30.0)  # compiles
    assert clock.steps_in(10) is None
    _steps(clock, now, 2.0, 2.0, 2.0, 2.0)
    assert clock.steps_in(10) is None  # too few to tell
    _steps(clock, now, 2.0)
    assert clock.seconds == 40
    assert clock.steps_in(10) == pytest.approx(5)


def test_what_happens_between_steps_is_part_of_their_time(now):
    clock = TrainingClock(read=now)
    _steps(clock, now, 30.0, *[2.0] * 5)
    now.now += 5.0  # a validation
    assert clock.steps_in(12) == pytest.approx(4)
    _steps(clock, now, 3.0)
    assert clock.steps_in(12) == pytest.approx(4)


def test_time_goes_on_in_the_next_process(now):
    clock = TrainingClock(read=now)
    _steps(clock, now, 30.0, *[2.0] * 5)
    state = clock.to_json()
    now.now += 5000.0  # nothing ran
    again = TrainingClock(state, read=now)
    assert again.seconds == 40
    assert again.steps_in(10) == pytest.approx(5)
    _steps(again, now, 20.0)  # compiles once more
    assert again.seconds == 60
    assert again.steps_in(10) == pytest.approx(5)
    _steps(again, now, 9.0, 9.0)
    assert again.seconds == 78
    assert again.steps_in(28) == pytest.approx(7)  # seven steps took 28 s
