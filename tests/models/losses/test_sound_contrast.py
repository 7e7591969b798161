from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.models.losses.sound_contrast import sound_contrast

EYE = np.eye(6, dtype=np.float32)
GROUP = np.arange(6)


def test_equal_vectors_cost_log_batch():
    ones = np.ones([6, 3], np.float32)
    assert float(sound_contrast(ones, ones, GROUP)) == pytest.approx(np.log(6), rel=1e-5)


def test_sounds_that_are_like_themselves_alone_cost_little():
    expected = np.log(1 + 5 * np.exp(-1 / 0.2))
    assert float(sound_contrast(EYE, EYE, GROUP)) == pytest.approx(expected, rel=1e-4)
    assert float(sound_contrast(EYE, np.roll(EYE, 1, axis=0), GROUP)) > 5


def test_the_length_of_vectors_does_not_count():
    once, again = np.random.default_rng(0).normal(size=[2, 6, 3]).astype(np.float32)
    expected = float(sound_contrast(once, again, GROUP))
    assert float(sound_contrast(10 * once, 0.1 * again, GROUP)) == pytest.approx(expected, rel=1e-4)


def test_sounds_of_one_group_are_no_negatives():
    alike = EYE.copy()
    alike[1] = alike[0]
    apart = float(sound_contrast(alike, alike, GROUP))
    together = float(sound_contrast(alike, alike, np.array([0, 0, 2, 3, 4, 5])))
    assert together < apart - 0.1
