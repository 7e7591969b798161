"""Thumbnails are small JPEGs of the same shape."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.evaluation.thumbnail import make_thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_no_side_is_longer_than_asked_for(kind):
    image = io.BytesIO()
    Image.fromarray(np.full((300, 600, 3), (200, 30, 30), np.uint8)).save(image, kind)
    small = Image.open(io.BytesIO(make_thumbnail(image.getvalue(), 100)))
    assert (small.format, small.size) == ("JPEG", (100, 50))
    assert np.abs(np.asarray(small).astype(int) - (200, 30, 30)).max() < 6


def test_a_small_picture_keeps_its_size():
    image = io.BytesIO()
    Image.new("L", (40, 30)).save(image, "PNG")
    assert Image.open(io.BytesIO(make_thumbnail(image.getvalue(), 100))).size == (40, 30)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_small_jpeg_of_a_mode_that_browsers_show_is_left_as_it_is(mode):
    image = io.BytesIO()
    Image.new(mode, (100, 30)).save(image, "JPEG")
    small = make_thumbnail(image.getvalue(), 100)
    assert (small == image.getvalue()) == (mode != "CMYK")
    assert Image.open(io.BytesIO(small)).size == (100, 30)
    assert Image.open(io.BytesIO(make_thumbnail(image.getvalue(), 99))).size == (99, 30)
