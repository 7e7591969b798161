"""Pictures too large to be decoded."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.serving.model_server.image_limit import check_images
from objects_that_sound.serving.model_server.serving_error import ServingError


def picture(kind: str, width: int = 30, height: int = 20) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, kind)
    return buffer.getvalue()


def strings(*values: bytes) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "bmp"])
def test_by_the_header(kind: str):
    array = strings(b"no picture", picture(kind))
    check_images("x", array, 600)
    with pytest.raises(ServingError, match=r"'x', element 1: an image of 30 x 20 pixels"):
        check_images("x", array, 599)
    check_images("x", strings(picture(kind)[:8]), 1)  # cut off: nothing could decode it


def test_a_progressive_jpeg_with_notes_before_its_size():
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20)).save(buffer, "jpeg", progressive=True, exif=bytes(60_000))
    with pytest.raises(ServingError, match="30 x 20"):
        check_images("x", strings(buffer.getvalue()), 1)


def test_a_jpeg_with_rubbish_between_its_segments():
    whole = picture("jpeg")
    end = 4 + int.from_bytes(whole[4:6], "big")  # of the first segment
    spoilt = whole[:end] + b"rubbish\xff" + whole[end:]
    assert tf.io.decode_jpeg(spoilt).shape == (20, 30, 3)  # TensorFlow does not mind
    with pytest.raises(ServingError, match="30 x 20"):
        check_images("x", strings(spoilt), 1)


def test_a_jpeg_that_states_more_than_it_has(jpeg_bomb: bytes):
    assert len(jpeg_bomb) < 10_000
    with pytest.raises(ServingError, match="30000 x 30000"):
        check_images("x", strings(jpeg_bomb), 2**25)


def test_scalars_and_empty_arrays():
    check_images("x", strings(), 1)
    with pytest.raises(ServingError, match="element 0"):
        check_images("x", np.array(picture("png"), dtype=object), 1)
