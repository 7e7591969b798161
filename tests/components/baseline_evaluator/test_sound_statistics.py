"""Global statistics of sounds that are made for it."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.baseline_evaluator.sound_statistics import (
    NUM_STATISTICS,
    sound_statistics,
)


def _tone(hertz: float, rate: int = 16000, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)


def _statistics(samples: np.ndarray) -> np.ndarray:
    return sound_statistics((samples * 32767).astype("<i2").tobytes())


def test_silence_is_at_the_floor_everywhere():
    found = _statistics(np.zeros(16000))
    assert found.shape == (NUM_STATISTICS,) and found.dtype == np.float32
    np.testing.assert_allclose(found[[0, 2, 3, 4, 5, 6]], -80, atol=0.01)
    np.testing.assert_allclose(found[[1, 7]], 0, atol=0.01)
    np.testing.assert_allclose(found[11:], -80, atol=0.01)


@pytest.mark.parametrize("rate", [4000, 16000, 48000])
@pytest.mark.parametrize("hertz", [100, 440, 1700])
def test_a_tone_has_its_loudness_and_stands_in_its_band(rate, hertz):
    found = _statistics(_tone(hertz, rate))
    assert found[0] == pytest.approx(10 * np.log10(0.125), abs=0.2)
    band = int(24 * np.log2(hertz / 50) / np.log2(rate / 2 / 50))
    assert int(np.argmax(found[11:])) == band
    assert found[11:].max() == pytest.approx(10 * np.log10(0.125), abs=0.2)
    assert found[9] == pytest.approx(np.log2(hertz / 50), abs=0.1)  # centre, in octaves


def test_a_louder_sound_has_the_same_spectrum_higher_up():
    quiet, loud = _statistics(_tone(440, level=0.05)), _statistics(_tone(440, level=0.5))
    np.testing.assert_allclose(loud[:7] - quiet[:7], [20, 0, 20, 20, 20, 20, 20], atol=0.3)
    assert loud[8:10] == pytest.approx(quiet[8:10], abs=0.02)


def test_beats_change_from_piece_to_piece():
    steady, beats = _tone(440), _tone(440)
    beats[(np.arange(16000) // 1600) % 2 == 1] = 0
    found = _statistics(beats)
    assert found[7] > 5 > 1 > _statistics(steady)[7]
    assert found[2] == pytest.approx(-80, abs=0.1) and found[3] > -10
