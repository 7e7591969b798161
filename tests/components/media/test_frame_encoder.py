"""Pictures as they are stored."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
import simplejpeg

from objects_that_sound.components.media.clips import read_clips
from objects_that_sound.components.media.frame_encoder import FrameEncoder
from objects_that_sound.components.media.media_error import MediaError


def _frame(width: int, height: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), format="rgb24")
    return frame.reformat(format="yuv420p")


@pytest.mark.parametrize(
    ("width", "height", "aspect"),
    [(320, 240, 10000), (320, 240, Fraction(1, 10000)), (3200, 64, 1), (64, 3200, 1), (64, 64, 33)],
)
def test_a_picture_longer_than_any_real_one_is_refused(width, height, aspect):
    encoder = FrameEncoder(64, 90, lambda: Fraction(aspect))
    for store in (encoder.encode, encoder.picture):
        with pytest.raises(MediaError, match="times as long as it is wide"):
            store(_frame(width, height))


@pytest.mark.parametrize(
    ("width", "height", "aspect", "shape"),
    [
        (720, 576, Fraction(64, 45), (64, 114)),  # anamorphic PAL
        (64, 64, 32, (64, 2048)),
        (64, 1920, 1, (1920, 64)),
        (960, 540, 2, (64, 228)),  # side by side, squeezed
    ],
)
def test_long_pictures_are_stored(width, height, aspect, shape):
    still = FrameEncoder(64, 90, lambda: Fraction(aspect)).encode(_frame(width, height))
    assert simplejpeg.decode_jpeg(still.jpeg).shape[:2] == shape


def test_what_jpeg_cannot_hold_is_refused():
    with pytest.raises(MediaError, match="too_large"):
        FrameEncoder(4096, 90, lambda: Fraction(20)).encode(_frame(64, 64))


def test_a_file_whose_pixels_are_strips_is_a_named_reject(media, tmp_path):
    path = media(tmp_path / "strips.mp4", sample_aspect_ratio=Fraction(2))
    data = path.read_bytes()
    place = data.index(b"pasp") + 4  # width and height of a pixel
    path.write_bytes(data[:place] + bytes([0, 0, 0x27, 0x10, 0, 0, 0, 1]) + data[place + 8 :])
    with pytest.raises(MediaError, match="too_large"):
        read_clips(path, [1.0], image_size=256)
