"""Frames and sounds from which something is taken away."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.avc_evaluator.changed_media import (
    grey,
    shuffle_blocks,
    shuffle_sound,
)

WHOLE = (0.0, 0.0, 1.0, 1.0)


def _chequered(count: int = 4, side: int = 16) -> np.ndarray:
    """A frame of blocks, each of a colour of its own: uint8 [count * side, count * side, 3]."""
    colours = np.random.default_rng(3).integers(0, 256, (count, count, 3))
    return np.kron(colours, np.ones((side, side, 1))).astype(np.uint8)


def _jpeg(pixels: np.ndarray) -> bytes:
    return simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), 98, colorsubsampling="444")


def _blocks(pixels: np.ndarray, count: int = 4) -> np.ndarray:
    """Mean colours, float [count * count, 3]."""
    side = len(pixels) // count
    return pixels.reshape(count, side, count, side, 3).mean((1, 3)).reshape(-1, 3)


def test_a_grey_frame_keeps_its_brightness_and_loses_its_colours():
    pixels = _chequered()
    found = simplejpeg.decode_jpeg(grey(_jpeg(pixels)), colorspace="RGB").astype(int)
    assert found.shape == pixels.shape
    assert np.ptp(found, axis=-1).max() == 0
    luma = pixels @ np.array([0.299, 0.587, 0.114])
    assert np.abs(found[..., 0] - luma).mean() < 5


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_blocks_are_the_same_blocks_elsewhere(seed):
    pixels = _chequered()
    found = _blocks(simplejpeg.decode_jpeg(shuffle_blocks(_jpeg(pixels), 4, WHOLE, seed)))
    before = _blocks(pixels)
    nearest = np.linalg.norm(found[:, None] - before, axis=-1).argmin(1)
    assert sorted(nearest) == list(range(16))
    assert (nearest != np.arange(16)).sum() > 5
    np.testing.assert_allclose(found, before[nearest], atol=4)


def test_a_frame_has_its_own_order_always_the_same():
    first, second = _jpeg(_chequered()), _jpeg(_chequered()[::-1])
    assert shuffle_blocks(first, 4, WHOLE, 0) == shuffle_blocks(first, 4, WHOLE, 0)
    assert shuffle_blocks(first, 4, WHOLE, 0) != shuffle_blocks(first, 4, WHOLE, 1)
    # Two blocks have two orders: never the given one, whatever the seed.
    halves = _jpeg(_chequered(2, 32))
    for seed in range(30):
        changed = simplejpeg.decode_jpeg(shuffle_blocks(halves, 2, WHOLE, seed))
        assert np.abs(_blocks(changed, 2) - _blocks(_chequered(2, 32), 2)).max() > 20
    assert shuffle_blocks(second, 4, WHOLE, 0) != shuffle_blocks(first, 4, WHOLE, 0)


def test_only_what_the_model_sees_is_shuffled():
    pixels = np.concatenate([np.full((64, 32, 3), 250, np.uint8), _chequered()], axis=1)
    changed = simplejpeg.decode_jpeg(shuffle_blocks(_jpeg(pixels), 4, (0, 1 / 3, 1, 1), 0))
    assert changed.shape == pixels.shape
    np.testing.assert_allclose(changed[:, :24], 250, atol=4)
    assert np.abs(_blocks(changed[:, 32:]) - _blocks(pixels[:, 32:])).max() > 20


def test_a_frame_smaller_than_its_blocks_is_an_error():
    with pytest.raises(ValueError, match=r"8 x 8 blocks need a larger frame than 6 x 6"):
        shuffle_blocks(_jpeg(_chequered(2, 3)), 8, WHOLE, 0)


@pytest.mark.parametrize("rate", [4000, 16000, 44100])
def test_a_shuffled_sound_has_the_same_pieces_in_another_order(rate):
    samples = np.random.default_rng(0).integers(-9000, 9000, rate).astype("<i2")
    found = np.frombuffer(shuffle_sound(samples.tobytes(), 0), "<i2")
    length = rate // 50
    before, after = (one[: 50 * length].reshape(50, length) for one in (samples, found))
    assert sorted(map(bytes, before)) == sorted(map(bytes, after))
    assert (before != after).any(1).sum() > 30
    assert shuffle_sound(samples.tobytes(), 0) == found.tobytes()
    assert shuffle_sound(samples.tobytes(), 1) != found.tobytes()
