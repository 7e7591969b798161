"""Samples are counted; time stamps move them only where they lastingly say so."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media.sound_clock import SoundClock

RATE = 48000
FRAME = 1024 / RATE


def _places(stamps) -> np.ndarray:
    """Seconds at which frames with given time stamps begin, stretching included."""
    clock = SoundClock(RATE)
    placements = []
    for stamp in stamps:
        assert clock.add(stamp, FRAME)
        while (placement := clock.place(final=False)) is not None:
            placements.append(placement)
    while (placement := clock.place(final=True)) is not None:
        placements.append(placement)
    places, end = [], 0.0
    for placement in placements:
        begin = end if placement.start is None else placement.start
        places.append(begin)
        end = begin + FRAME + placement.stretch / RATE
    assert len(places) == len(stamps)
    return np.array(places)


def _counted(frames: int) -> np.ndarray:
    return np.arange(frames) * FRAME


def _holes(places: np.ndarray) -> float:
    """The longest time between the end of a frame and the next one."""
    return float((np.diff(places) - FRAME).max())


@pytest.mark.parametrize("late", [0.0, 0.5, 9.123])
def test_exact_stamps_are_taken_as_they_are(late):
    assert np.allclose(_places(_counted(500) + late), _counted(500) + late)


def test_stamps_in_milliseconds_are_counted():
    stamps = np.round(_counted(500), 3)
    assert np.allclose(_places(stamps), _counted(500))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("wobble", [0.003, 0.01, 0.03])
def test_wobble_tears_no_hole(wobble, seed):
    noise = np.random.default_rng(seed).uniform(-wobble, wobble, 1500)
    places = _places(_counted(1500) + noise)
    assert _holes(places) < 0.0005
    assert np.abs(places - _counted(1500)).max() < max(0.003, 0.5 * wobble)


@pytest.mark.parametrize("shift", [-0.2, 0.2, 3.0])
@pytest.mark.parametrize("frames", [1, 5, 18])
def test_stamps_that_are_wrong_for_a_while_change_nothing(shift, frames):
    stamps = _counted(500)
    stamps[200 : 200 + frames] += shift
    assert np.allclose(_places(stamps), _counted(500))


@pytest.mark.parametrize("jump", [-0.3, -0.02, 0.005, 0.021, 0.3, 60.0])
def test_a_jump_that_lasts_begins_anew_at_the_very_frame(jump):
    stamps = _counted(500)
    stamps[200:] += jump
    assert np.allclose(_places(stamps), stamps)


@pytest.mark.parametrize("at", [0.5, 0.99])
def test_a_jump_that_lasts_is_found_in_wobbling_stamps(at):
    noise = np.random.default_rng(0).uniform(-0.01, 0.01, 500)
    first = int(500 * at)
    stamps = _counted(500) + noise
    stamps[first:] += 0.3
    places = _places(stamps)
    wanted = _counted(500) + 0.3 * (np.arange(500) >= first)
    assert np.abs(places - wanted).max() < 0.01


@pytest.mark.parametrize("drift", [-0.01, -0.005, -0.0005, 0.0001, 0.005, 0.01])
def test_a_slow_or_fast_clock_is_followed_without_holes(drift):
    stamps = _counted(3000) * (1 + drift)
    places = _places(stamps)
    assert np.abs(places - stamps).max() < 0.0035
    assert np.abs(np.diff(places) - FRAME).max() < 0.021 * FRAME


def test_a_slow_clock_with_wobble_is_followed():
    noise = np.random.default_rng(0).uniform(-0.01, 0.01, 1500)
    stamps = _counted(1500) * 1.005
    places = _places(stamps + noise)
    assert np.abs(places - stamps).max() < 0.007
    assert np.abs(np.diff(places) - FRAME).max() < 0.021 * FRAME


def test_a_drift_that_can_not_be_followed_shows_as_holes():
    stamps = _counted(500) * 1.1
    places = _places(stamps)
    assert np.abs(places - stamps).max() < 0.2
    assert _holes(places) > 0.005


def test_a_frame_without_a_stamp_follows_the_one_before():
    stamps = [0.5, None, None, 0.5 + 3 * FRAME]
    assert np.allclose(_places(stamps), 0.5 + _counted(4))
    assert not SoundClock(RATE).add(None, FRAME)
