from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_equalizer import RandomEqualizer


def _spectrograms(batch: int, deviation: float = 1.0) -> np.ndarray:
    """float32 [batch, bands, frames, 1]."""
    noise = np.random.default_rng(0).normal(2, deviation, [batch, 64, 20, 1])
    return noise.astype(np.float32)


def _added(layer: RandomEqualizer, spectrograms: np.ndarray) -> np.ndarray:
    """What training adds, [batch, bands, frames]."""
    changed = keras.ops.convert_to_numpy(layer(spectrograms, training=True))
    return (changed - spectrograms)[..., 0]


def test_all_frames_of_a_spectrogram_get_the_same_smooth_curve():
    added = _added(RandomEqualizer(0.5, seed=1), _spectrograms(200))
    assert np.ptp(added, axis=2).max() < 1e-5
    curves = added[:, :, 0]
    steps = np.abs(np.diff(curves, axis=1)).max(axis=1)
    assert (steps < 0.25 * np.ptp(curves, axis=1)).all()
    assert np.corrcoef(curves)[np.triu_indices(200, 1)].mean() == pytest.approx(0, abs=0.1)


def test_its_strength_is_the_deviation_of_the_slowest_wave():
    curves = _added(RandomEqualizer(0.5, seed=1), _spectrograms(2000))[:, :, 0]
    wave = np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    heights = curves @ wave / (wave @ wave)
    assert heights.std() == pytest.approx(0.5, rel=0.1)
    assert curves.mean(axis=1) == pytest.approx(0, abs=1e-4)  # no louder, no quieter


def test_the_curve_counts_in_deviations_of_the_spectrogram():
    plain = _added(RandomEqualizer(0.5, seed=1), _spectrograms(8))
    faint = _added(RandomEqualizer(0.5, seed=1), _spectrograms(8, 0.1))
    assert faint == pytest.approx(0.1 * plain, rel=1e-2, abs=1e-4)
    assert _added(RandomEqualizer(0.5, seed=1), np.ones([2, 8, 8, 1], np.float32)).max() == 0


@pytest.mark.parametrize(("strength", "training"), [(0.5, False), (0.0, True)])
def test_nothing_changes_outside_training_or_without_strength(strength, training):
    spectrogram = _spectrograms(2)
    layer = RandomEqualizer(strength, seed=1)
    assert np.array_equal(layer(spectrogram, training=training), spectrogram)


def test_the_seed_decides_and_every_call_draws_anew():
    layer, same = RandomEqualizer(0.5, seed=1), RandomEqualizer(0.5, seed=1)
    first = _added(layer, _spectrograms(4))
    assert np.array_equal(first, _added(same, _spectrograms(4)))
    assert not np.array_equal(first, _added(layer, _spectrograms(4)))


def test_its_config_builds_it_again():
    again = RandomEqualizer.from_config(RandomEqualizer(0.3, seed=5).get_config())
    assert (again.strength, again.seed) == (0.3, 5)
