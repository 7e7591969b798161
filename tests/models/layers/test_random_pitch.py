from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_pitch import RandomPitch


def _sources(layer: RandomPitch, batch: int = 300, bands: int = 32) -> np.ndarray:
    """Which band each band got its values from, [batch, bands]."""
    numbers = np.broadcast_to(np.arange(bands, dtype=np.float32)[:, None, None], (bands, 5, 1))
    moved = layer(np.stack([numbers] * batch), training=True)
    moved = keras.ops.convert_to_numpy(moved)[..., 0]  # [batch, bands, frames]
    assert np.ptp(moved, axis=2).max() == 0  # all frames alike
    return moved[:, :, 0].astype(int)


def test_all_bands_move_by_the_same_number_and_the_edge_is_repeated():
    for sources in _sources(RandomPitch(1 / 8, seed=1)):
        shift = sources[16] - 16
        assert np.array_equal(sources, np.clip(np.arange(32) + shift, 0, 31))


def test_every_shift_up_to_the_share_comes_both_ways():
    shifts = _sources(RandomPitch(1 / 8, seed=1))[:, 16] - 16
    assert set(shifts) == set(range(-4, 5))
    assert shifts.mean() == pytest.approx(0, abs=0.4)


@pytest.mark.parametrize(("share", "training"), [(0.1, False), (0.0, True)])
def test_nothing_changes_outside_training_or_without_a_share(share, training):
    spectrogram = np.random.default_rng(0).normal(size=[2, 32, 8, 1]).astype(np.float32)
    layer = RandomPitch(share, seed=1)
    assert np.array_equal(layer(spectrogram, training=training), spectrogram)


def test_the_seed_decides_and_every_call_draws_anew():
    layer, same = RandomPitch(1 / 8, seed=1), RandomPitch(1 / 8, seed=1)
    first = _sources(layer, 8)
    assert np.array_equal(first, _sources(same, 8))
    assert not np.array_equal(first, _sources(layer, 8))


def test_its_config_builds_it_again():
    again = RandomPitch.from_config(RandomPitch(0.1, seed=5).get_config())
    assert (again.share, again.seed) == (0.1, 5)
