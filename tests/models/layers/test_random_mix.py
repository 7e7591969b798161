from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_mix import RandomMix

_SAMPLES = 64


def _tones(batch: int, amplitude: float = 0.1) -> np.ndarray:
    """Sounds that are orthogonal to each other, of equal loudness, float32 [batch, samples]."""
    rows, _ = np.linalg.qr(np.random.default_rng(0).normal(size=[_SAMPLES, batch]))
    return (amplitude * np.sqrt(_SAMPLES) * rows.T).astype(np.float32)


def _mixed(layer: RandomMix, sounds: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(layer(sounds, training=True))


def _shares(layer: RandomMix, sounds: np.ndarray) -> np.ndarray:
    """How much of each sound (column) is in what each one became (row), [batch, batch]."""
    return _mixed(layer, sounds) @ sounds.T / (sounds**2).sum(axis=1)


def test_another_sound_of_the_batch_is_added_3_to_20_db_below():
    shares = _shares(RandomMix(1.0, seed=1), _tones(48))
    assert np.diag(shares) == pytest.approx(1, abs=1e-4)
    others = np.roll(shares, 1, axis=0)  # row i has what was added to sound i - 1
    added = shares[np.arange(48), np.arange(48) - 1]
    assert np.count_nonzero(np.abs(others) > 1e-3) == 2 * 48
    levels = 20 * np.log10(added)
    assert -20.01 <= levels.min() < -18
    assert -5 < levels.max() <= -2.99


def test_levels_count_from_the_loudness_of_both():
    sounds = _tones(2)
    sounds[1] *= 0.01
    shares = _shares(RandomMix(1.0, seed=1), sounds)
    assert 0.001 <= shares[1, 0] <= 0.01 * 10 ** (-3 / 20)  # of a sound a hundred times as loud
    assert 10 <= shares[0, 1] <= 100 * 10 ** (-3 / 20)


def test_the_share_of_sounds_that_get_another_one_is_as_asked():
    shares = np.concatenate(
        [_shares(layer, _tones(48)) for layer in [RandomMix(0.7, seed=1)] for _ in range(20)]
    )
    changed = (np.abs(shares) > 1e-3).sum(axis=1) == 2
    assert changed.mean() == pytest.approx(0.7, abs=0.05)


def test_a_sound_that_would_clip_is_made_quieter_as_a_whole():
    sounds = np.ones([4, _SAMPLES], np.float32)
    sounds[:, ::2] = -0.5
    mixed = _mixed(RandomMix(1.0, seed=1), sounds)
    assert np.abs(mixed).max() == pytest.approx(1)
    assert mixed[:, 0] / mixed[:, 1] == pytest.approx(-0.5)


def test_silence_neither_adds_anything_nor_becomes_loud():
    sounds = np.zeros([3, _SAMPLES], np.float32)
    sounds[1] = 0.5
    mixed = _mixed(RandomMix(1.0, seed=1), sounds)
    assert np.isfinite(mixed).all()
    assert not mixed[0].any()
    assert np.array_equal(mixed[1], sounds[1])
    assert np.abs(mixed[2]).max() < 1e-4


def test_int16_becomes_float_in_minus_one_to_one():
    sounds = np.full([2, _SAMPLES], 16384, np.int16)
    mixed = _mixed(RandomMix(0.5, seed=3), sounds)
    assert mixed.dtype == np.float32
    assert (mixed >= 0.5).all()
    assert (mixed <= 1).all()


@pytest.mark.parametrize(("share", "training"), [(1.0, False), (0.0, True)])
def test_nothing_changes_outside_training_or_without_a_share(share, training):
    sounds = np.full([2, _SAMPLES], 7, np.int16)
    assert np.array_equal(RandomMix(share, seed=1)(sounds, training=training), sounds)


def test_the_seed_decides_and_every_call_draws_anew():
    layer, same = RandomMix(0.7, seed=1), RandomMix(0.7, seed=1)
    first = _mixed(layer, _tones(8))
    assert np.array_equal(first, _mixed(same, _tones(8)))
    assert not np.array_equal(first, _mixed(layer, _tones(8)))


def test_its_config_builds_it_again():
    again = RandomMix.from_config(RandomMix(0.3, seed=5).get_config())
    assert (again.share, again.seed) == (0.3, 5)
