"""Loudness is in dB of full scale."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.media.loudness import SILENCE_DBFS, loudness_dbfs


def test_silence_has_a_loudness():
    assert loudness_dbfs(np.zeros(10, np.int16)) == SILENCE_DBFS


def test_half_of_full_scale_is_6_db_below_it():
    square = np.tile(np.array([16384, -16384], np.int16), 100)
    assert loudness_dbfs(square) == pytest.approx(-6.02, abs=0.01)
