from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_masks import RandomMasks


def _kept(layer: RandomMasks, batch: int = 300, bands: int = 24, frames: int = 36) -> np.ndarray:
    """Of spectrograms of ones, bool [batch, bands, frames]."""
    ones = np.ones([batch, bands, frames, 1], np.float32)
    return keras.ops.convert_to_numpy(layer(ones, training=True))[..., 0] > 0


def test_a_mask_is_one_span_of_whole_bands_and_one_of_whole_frames():
    for kept in _kept(RandomMasks(1, seed=1)):
        by_band, by_frame = kept.any(axis=1), kept.any(axis=0)
        assert np.array_equal(kept, by_band[:, None] & by_frame[None, :])
        for line in (by_band, by_frame):
            [edges] = np.nonzero(np.diff(np.concatenate([[1], line, [1]])))
            assert len(edges) in (0, 2)


def test_masks_are_no_wider_than_their_share():
    kept = _kept(RandomMasks(1, share=0.25, seed=1))
    widths = [(~kept.any(axis=2)).sum(axis=1), (~kept.any(axis=1)).sum(axis=1)]
    assert [width.max() for width in widths] == [6, 9]  # of 24 and 36
    assert np.mean(widths[0]) == pytest.approx(3, abs=0.4)  # uniform
    assert np.mean(widths[1]) == pytest.approx(4.5, abs=0.6)


def test_every_place_is_masked_now_and_then():
    kept = _kept(RandomMasks(2, seed=1), batch=1000)
    assert not kept.any(axis=2).all(axis=0).any()
    assert not kept.any(axis=1).all(axis=0).any()


def test_what_is_not_masked_stays():
    spectrogram = np.random.default_rng(0).normal(3, 0.1, [4, 16, 16, 1]).astype(np.float32)
    masked = keras.ops.convert_to_numpy(RandomMasks(2, seed=1)(spectrogram, training=True))
    assert (masked == 0).any()
    assert np.array_equal(masked[masked != 0], spectrogram[masked != 0])


@pytest.mark.parametrize(("count", "training"), [(2, False), (0, True)])
def test_nothing_changes_outside_training_or_without_masks(count, training):
    spectrogram = np.ones([2, 8, 8, 1], np.float32)
    layer = RandomMasks(count, seed=1)
    assert np.array_equal(layer(spectrogram, training=training), spectrogram)


def test_the_seed_decides_and_every_call_draws_anew():
    layer, same = RandomMasks(2, seed=1), RandomMasks(2, seed=1)
    first = _kept(layer, 8)
    assert np.array_equal(first, _kept(same, 8))
    assert not np.array_equal(first, _kept(layer, 8))


def test_its_config_builds_it_again():
    again = RandomMasks.from_config(RandomMasks(3, 0.1, seed=5).get_config())
    assert (again.count, again.share, again.seed) == (3, 0.1, 5)
