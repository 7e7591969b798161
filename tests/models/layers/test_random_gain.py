from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_gain import RandomGain


def _gains(layer: RandomGain, batch: int = 400) -> np.ndarray:
    """The factor of each waveform of a batch of different samples, [batch]."""
    waveform = np.tile(np.linspace(0.1, 0.9, 5, dtype=np.float32), [batch, 1])
    ratios = keras.ops.convert_to_numpy(layer(waveform, training=True)) / waveform
    assert ratios == pytest.approx(np.tile(ratios[:, :1], 5), rel=1e-5)  # one factor a waveform
    return ratios[:, 0]


def test_factors_fill_the_range_in_training():
    gains = _gains(RandomGain(0.1, seed=1))
    assert 0.9 <= gains.min() < 0.91
    assert 1.09 < gains.max() <= 1.1
    assert gains.mean() == pytest.approx(1, abs=0.02)


def test_every_call_draws_anew():
    layer = RandomGain(0.1, seed=1)
    assert not np.allclose(_gains(layer), _gains(layer))


def test_the_seed_decides():
    assert np.array_equal(_gains(RandomGain(seed=1)), _gains(RandomGain(seed=1)))
    assert not np.array_equal(_gains(RandomGain(seed=1)), _gains(RandomGain(seed=2)))


@pytest.mark.parametrize("training", [False, True])
def test_int16_becomes_float_in_minus_one_to_one(training):
    waveform = np.array([[-32768, -16384, 0, 16384]], np.int16)
    out = keras.ops.convert_to_numpy(RandomGain(0.0)(waveform, training=training))
    assert out.dtype == np.float32
    assert out.tolist() == [[-1.0, -0.5, 0.0, 0.5]]


def test_nothing_changes_outside_training():
    waveform = np.array([[0.5, -0.25]], np.float32)
    assert np.array_equal(RandomGain(0.5)(waveform), waveform)


def test_its_config_builds_it_again():
    again = RandomGain.from_config(RandomGain(0.2, seed=5).get_config())
    assert (again.range, again.seed) == (0.2, 5)
