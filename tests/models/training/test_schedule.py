from __future__ import annotations

import dataclasses
import itertools
import math

import pytest

from objects_that_sound.models.training.schedule import Schedule
from objects_that_sound.models.training.training_clock import TrainingClock
from objects_that_sound.models.training.training_state import TrainingState
from objects_that_sound.models.training_config import TrainingConfig


class _Now:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _schedule(now: _Now | None = None, state=None, **fields) -> Schedule:
    config = TrainingConfig(**{"steps_per_epoch": 10, "learning_rate": 1e-3, **fields})
    clock = TrainingClock(state, read=now or _Now())
    return Schedule(config, config.steps_per_epoch, clock)


def _rates(schedule: Schedule, steps) -> list[float]:
    return [schedule.rate(TrainingState(step=step)) for step in steps]


def _run(schedule: Schedule, state: TrainingState, now: _Now, seconds: float, plateau_at=math.inf):
    """Takes steps of so many seconds as the loop does; returns the rate of each."""
    rates = []
    while not state.ended:
        rates.append(schedule.rate(state))
        state.step += 1
        now.now += seconds
        schedule._clock.step_done()
        state.plateau = state.step >= plateau_at
        if schedule.falls(state):
            state.fall_from = state.step
        state.ended = schedule.ended(state)
    return rates


def test_the_papers_learning_rate_falls_by_6_percent_every_16_epochs():
    rates = _rates(_schedule(learning_rate=1e-4), [0, 159, 160, 320])
    assert rates == pytest.approx([1e-4, 1e-4, 0.94e-4, 0.94**2 * 1e-4], rel=1e-9)


def test_the_cosine_warms_up_and_falls_to_zero():
    schedule = _schedule(steps=100, learning_rate_decay="cosine")
    start, warm, middle, end = _rates(schedule, [0, 5, 55, 105])
    assert start == 0
    assert warm == pytest.approx(1e-3)
    assert middle == pytest.approx(0.5e-3)
    assert end == pytest.approx(0, abs=1e-9)


def test_a_given_number_of_steps_is_taken():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=30, learning_rate_decay="cosine")
    assert len(_run(schedule, state, now, 1.0)) == 30
    assert (state.step, state.ended, schedule.last_step(state)) == (30, "steps", 30)


def test_the_rate_stays_until_the_plateau_and_then_falls_for_a_fifth_of_the_training():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=0, learning_rate_decay="plateau")
    assert math.isinf(schedule.last_step(state))
    rates = _run(schedule, state, now, 1.0, plateau_at=800)
    assert (state.fall_from, state.step, state.ended) == (800, 1000, "plateau")
    assert rates[0] == pytest.approx(1e-5)  # it warms up over 100 steps
    assert rates[100:801] == pytest.approx([1e-3] * 701)
    assert rates[850] == pytest.approx(0.5e-3)  # 1 - sqrt(a quarter)
    assert all(later < earlier for earlier, later in itertools.pairwise(rates[800:]))
    assert 0 < rates[-1] < 0.01e-3


def test_given_steps_bound_what_would_be_found():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=500, learning_rate_decay="plateau")
    rates = _run(schedule, state, now, 1.0)
    assert (state.fall_from, state.step, state.ended) == (400, 500, "steps")
    assert rates[24] == pytest.approx(1e-3)  # a twentieth of 500 to warm up
    assert rates[425] == pytest.approx(0.5e-3)


def test_early_stopping_ends_other_schedules_at_once():
    schedule = _schedule(steps=1000, patience=3)
    state = TrainingState(step=70, plateau=True)
    assert not schedule.falls(state)
    assert schedule.ended(state) == "plateau"


@pytest.mark.parametrize("decay", ["cosine", "plateau", 0.5])
@pytest.mark.parametrize("steps", [0, 10_000])
def test_minutes_end_a_training_and_the_schedule_is_fitted_to_them(decay, steps):
    now, state = _Now(), TrainingState()
    schedule = _schedule(
        now, steps=steps, minutes=10, learning_rate_decay=decay, steps_per_epoch=125
    )
    rates = _run(schedule, state, now, 2.0)  # 300 steps
    assert (len(rates), state.ended, now.now) == (300, "minutes", 600)
    if decay == "cosine":
        expected = [0.0, 1e-3, 0.5e-3]
        assert [rates[0], rates[15], rates[165]] == pytest.approx(expected, rel=0.01)
        assert rates[-1] < 0.02e-3
    elif decay == "plateau":
        assert state.fall_from == 240
        assert [rates[15], rates[240], rates[255]] == pytest.approx([1e-3, 1e-3, 0.5e-3], rel=0.01)
        assert rates[-1] < 0.02e-3
    elif steps:  # as many halvings as in all steps: 10,000 / (16 * 125) = 5
        assert rates[2] == 1e-3
        assert rates[-1] == pytest.approx(1e-3 / 2**4)


def test_a_slower_machine_gets_fewer_steps_and_the_whole_schedule():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=0, minutes=10, learning_rate_decay="cosine")
    rates = []
    while not state.ended:
        rates.append(schedule.rate(state))
        state.step += 1
        now.now += 1.0 if state.step <= 100 else 4.0  # others begin to compute there, too
        schedule._clock.step_done()
        state.ended = schedule.ended(state)
    assert 600 - 4 < now.now <= 600
    assert 100 < state.step < 600
    assert rates[-1] < 0.02e-3


def test_minutes_count_over_all_processes():
    now = _Now()
    before = {"seconds": 400.0, "timed_seconds": 390.0, "timed_steps": 195}
    schedule = _schedule(now, before, steps=0, minutes=10, learning_rate_decay="plateau")
    state = TrainingState(step=196)
    assert schedule.last_step(state) == 196 + 100  # known before the first step of this process
    _run(schedule, state, now, 2.0)
    assert (state.ended, now.now) == ("minutes", 200)


def test_more_minutes_than_needed_change_nothing():
    rates = []
    for minutes in (0, 60):
        now, state = _Now(), TrainingState()
        schedule = _schedule(now, steps=200, minutes=minutes, learning_rate_decay="cosine")
        rates.append(_run(schedule, state, now, 1.0))
        assert state.ended == "steps"
    assert rates[0] == rates[1]


def test_a_fall_goes_on_where_it_was():
    state = TrainingState(step=850, plateau=True, fall_from=800)
    restored = TrainingState(**dataclasses.asdict(state))
    schedules = [_schedule(steps=0, learning_rate_decay="plateau") for _ in range(2)]
    assert schedules[0].rate(state) == schedules[1].rate(restored) == pytest.approx(0.5e-3)
    assert schedules[1].last_step(restored) == 1000


def test_a_slow_beginning_does_not_make_the_rate_fall():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=0, minutes=1, learning_rate_decay="plateau")
    for seconds in (20.0, 15.0, *[0.1] * 50):
        state.step += 1
        now.now += seconds
        schedule._clock.step_done()
        assert not schedule.falls(state)


def test_a_first_step_longer_than_the_time_is_the_last():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=100, minutes=1, learning_rate_decay="cosine")
    assert len(_run(schedule, state, now, 70.0)) == 1
    assert state.ended == "minutes"


def test_the_rate_falls_from_where_it_was_even_while_it_warms_up():
    now, state = _Now(), TrainingState()
    schedule = _schedule(now, steps=0, learning_rate_decay="plateau", patience=1)
    rates = _run(schedule, state, now, 1.0, plateau_at=40)
    assert len(rates) == 50
    assert max(rates) == rates[39] == rates[40] == pytest.approx(0.4e-3)
    assert rates[49] < 0.1e-3
