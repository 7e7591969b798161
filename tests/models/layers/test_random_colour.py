from __future__ import annotations

import keras
import numpy as np
import pytest

from objects_that_sound.models.layers.random_colour import RandomColour


def _apply(layer: RandomColour, image: np.ndarray, training: bool = True) -> np.ndarray:
    return keras.ops.convert_to_numpy(layer(image.astype(np.float32), training=training))


def _grey(batch: int) -> np.ndarray:
    return np.zeros([batch, 2, 2, 3])


def test_grey_images_are_shifted_within_the_range():
    shift = _apply(RandomColour(brightness=0.15, saturation=0.4, seed=1), _grey(400))
    assert (np.ptp(shift, axis=(1, 2, 3)) < 1e-6).all()  # one value an image; grey stays grey
    assert -0.3 <= shift.min() < -0.28  # of a full scale 2 wide
    assert 0.28 < shift.max() <= 0.3


def test_saturation_blends_with_grey():
    image = np.tile([0.6, 0.0, -0.6], [400, 2, 2, 1])
    blend = _apply(RandomColour(brightness=0.0, saturation=0.4, seed=1), image)
    assert blend.mean(-1) == pytest.approx(0, abs=1e-6)  # the grey value stays
    factors = blend[:, 0, 0, 0] / 0.6
    assert 0.6 <= factors.min() < 0.62
    assert 1.38 < factors.max() <= 1.4
    assert blend[:, 1, 1, 2] == pytest.approx(-0.6 * factors, abs=1e-5)


def test_contrast_scales_what_differs_from_the_mean_of_the_image():
    image = np.random.default_rng(0).uniform(-0.5, 0.5, [1, 4, 4, 3]) + 0.25
    many = _apply(RandomColour(0, 0, contrast=0.3, seed=1), np.repeat(image, 400, axis=0))
    assert many.mean(axis=(1, 2, 3)) == pytest.approx(image.mean(), abs=1e-5)
    factors = np.std(many, axis=(1, 2, 3)) / np.std(image)
    assert 0.7 <= factors.min() < 0.72 and 1.28 < factors.max() <= 1.3
    assert many == pytest.approx(
        (image - image.mean()) * factors[:, None, None, None] + image.mean(), abs=1e-5
    )


def test_tint_scales_each_colour_of_an_image_alike_in_all_places():
    image = np.random.default_rng(0).uniform(-1, 1, [1, 4, 4, 3])
    many = _apply(RandomColour(0, 0, tint=0.2, seed=1), np.repeat(image, 400, axis=0))
    factors = (many - image.mean()) / (image - image.mean())  # [400, 4, 4, 3]
    assert factors == pytest.approx(np.broadcast_to(factors[:, :1, :1], factors.shape), rel=1e-2)
    assert 0.8 - 1e-3 <= factors.min() < 0.81 and 1.19 < factors.max() <= 1.2 + 1e-3
    assert np.corrcoef(factors[:, 0, 0, 0], factors[:, 0, 0, 1])[0, 1] < 0.2


def test_a_share_of_the_images_loses_its_colours():
    image = np.tile([0.6, 0.3, -0.6], [600, 2, 2, 1])
    varied = _apply(RandomColour(0, 0.4, grey=0.2, seed=1), image)
    without = np.ptp(varied, axis=-1).max(axis=(1, 2)) < 1e-6
    assert without.mean() == pytest.approx(0.2, abs=0.05)
    assert varied[without] == pytest.approx(0.1, abs=1e-6)
    assert np.ptp(varied[~without], axis=-1).min() > 0.6 * 1.2 - 1e-3  # saturation as without grey


def test_the_frames_of_an_image_are_varied_alike():
    frames = np.random.default_rng(0).uniform(-1, 1, [2, 5, 4, 4, 3])  # two of each of 5 images
    together = _apply(RandomColour(seed=1), np.concatenate(list(frames), axis=-1))
    alone = [_apply(RandomColour(seed=1), each) for each in frames]
    assert together == pytest.approx(np.concatenate(alone, axis=-1), abs=1e-6)


def test_nothing_changes_outside_training():
    image = np.random.default_rng(0).uniform(-1, 1, [2, 3, 3, 3]).astype(np.float32)
    assert np.array_equal(_apply(RandomColour(), image, training=False), image)


def test_the_seed_decides_and_every_call_draws_anew():
    layer, same = RandomColour(seed=1), RandomColour(seed=1)
    first = _apply(layer, _grey(8))
    assert np.array_equal(first, _apply(same, _grey(8)))
    assert not np.allclose(first, _apply(layer, _grey(8)))


def test_its_config_builds_it_again():
    again = RandomColour.from_config(RandomColour(0.1, 0.2, 0.3, 0.4, seed=5).get_config())
    assert (again.brightness, again.saturation, again.seed) == (0.1, 0.2, 5)
    assert (again.contrast, again.tint) == (0.3, 0.4)
