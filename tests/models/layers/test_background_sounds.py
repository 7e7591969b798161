from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.background_sounds import BackgroundSounds


def _numpy(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def test_silence_and_noise_join_in_training_only():
    sounds = np.full([4, 800], 0.25, np.float32)
    layer = BackgroundSounds(3, seed=1)
    assert _numpy(layer(sounds)) == pytest.approx(sounds)
    joined = _numpy(layer(sounds, training=True))
    assert joined.shape == (7, 800)
    assert joined[:4] == pytest.approx(sounds)
    assert not joined[4].any()
    assert joined[5:].any(axis=1).all()


def test_none_are_added_where_none_are_asked_for():
    sounds = np.full([4, 800], 0.25, np.float32)
    assert _numpy(BackgroundSounds(0)(sounds, training=True)).shape == (4, 800)


def test_integer_sounds_stay_integers():
    joined = _numpy(BackgroundSounds(2, seed=1)(np.ones([4, 800], np.int16), training=True))
    assert joined.dtype == np.int16
    assert joined.shape == (6, 800)
    assert not joined[4].any()


def test_noise_has_many_levels_and_colours():
    noise = _numpy(BackgroundSounds(200, seed=2).noise(4000))[1:]
    assert np.abs(noise).max() <= 1
    level = 10 * np.log10(np.mean(np.square(noise, dtype=np.float64), axis=1))
    assert -91 < level.min() < -75
    assert -20 < level.max() < -5
    power = np.square(np.abs(np.fft.rfft(noise, axis=1)))
    low, high = power[:, 5:50].mean(1), power[:, 500:1500].mean(1)
    ratio = np.log10(low / high)  # white: 0; brown: power falls by (27 / 1000) squared
    assert ratio.min() < 0.3
    assert ratio.max() > 2.5


def test_every_batch_hears_other_noise_and_a_seed_repeats_it():
    first, second, again = BackgroundSounds(2, seed=5), BackgroundSounds(2, seed=5), None
    one = _numpy(first.noise(100))
    again = _numpy(first.noise(100))
    assert not np.array_equal(one[1], again[1])
    assert np.array_equal(_numpy(second.noise(100)), one)


def test_it_can_be_built_again():
    layer = BackgroundSounds(4, seed=3)
    assert BackgroundSounds.from_config(layer.get_config()).count == 4
