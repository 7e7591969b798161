"""Global statistics of frames that are made for it."""

from __future__ import annotations

import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.baseline_evaluator.image_statistics import (
    NUM_STATISTICS,
    image_statistics,
)


def _statistics(pixels: np.ndarray) -> np.ndarray:
    image = np.ascontiguousarray(np.broadcast_to(pixels, (64, 96, 3)), np.uint8)
    return image_statistics(simplejpeg.encode_jpeg(image, quality=100, colorsubsampling="444"))


def _waves(period: int) -> np.ndarray:
    """Vertical stripes [1, 96, 1]."""
    return 128 + 100 * np.sin(2 * np.pi * np.arange(96) / period)[None, :, None]


def test_a_plain_frame_has_its_colour_and_no_contrast():
    found = _statistics(np.array([200, 100, 50]))
    assert found.shape == (NUM_STATISTICS,) and found.dtype == np.float32
    np.testing.assert_allclose(found[:3], np.array([200, 100, 50]) / 255, atol=0.01)
    np.testing.assert_allclose(found[3:7], 0, atol=0.01)
    np.testing.assert_allclose(found[7:12], 350 / 3 / 255, atol=0.01)
    saturation, red_green, yellow_blue = found[12], found[15], found[18]
    np.testing.assert_allclose(saturation, 150 / 255, atol=0.02)
    np.testing.assert_allclose(red_green, 100 / 255, atol=0.02)
    np.testing.assert_allclose(yellow_blue, 100 / 255, atol=0.02)


def test_grey_has_no_chroma():
    np.testing.assert_allclose(_statistics(_waves(12))[12:21], 0, atol=0.02)


@pytest.mark.parametrize("period", [24, 8, 4])
def test_the_spectrum_peaks_at_the_frames_own_frequency(period):
    spectrum = _statistics(_waves(period))[-12:]
    # Rings reach from 0 to half a wave a pixel: ring 24 / period.
    assert abs(int(np.argmax(spectrum)) - int(24 / period)) <= 1


def test_edges_have_a_direction():
    upright = _statistics(_waves(8))
    lying = _statistics(_waves(8)[:, :64].transpose(1, 0, 2))
    assert upright[23] < -5 < 5 < lying[23]


def test_where_things_are_does_not_matter_much():
    shifted = np.roll(_waves(12), 6, axis=1)
    np.testing.assert_allclose(_statistics(shifted)[:24], _statistics(_waves(12))[:24], atol=0.05)


def test_what_is_no_jpeg_is_an_error():
    with pytest.raises(ValueError):
        image_statistics(b"no picture")
