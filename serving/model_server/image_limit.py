"""Refuses pictures by the size that their headers state, before anything decodes them."""

from __future__ import annotations

import struct

import numpy as np
import simplejpeg

from serving.model_server.serving_error import ServingError

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")
_BMP = b"BM"
_LONGEST_HEADER = 4 << 20
"""Bytes of a JPEG in which its size must be found: what precedes it are notes of the camera's."""


def check_images(name: str, array: np.ndarray, max_pixels: int) -> None:
    """Refuses an array of byte strings if one of them is a picture that is too large.

    A few kilobytes can state 30,000 x 30,000 pixels, for which a model's decoder would take
    gigabytes. Strings that are no pictures, or broken ones, are the model's business.

    Args:
        name: of the input, for the error message.
        array: byte strings.
        max_pixels: the greatest width times height.

    Raises:
        ServingError: INVALID_ARGUMENT, a picture is larger.
    """
    for position, value in enumerate(array.flat):
        width, height = _size(value)
        if width * height > max_pixels:
            raise ServingError.invalid_argument(
                f"Input '{name}', element {position}: an image of {width} x {height} pixels; at "
                f"most {max_pixels} pixels are accepted (--max_image_pixels)"
            )


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, PNG, GIF or BMP (what TensorFlow decodes); else (0, 0)."""
    try:
        if data.startswith(_JPEG):
            height, width, *_ = simplejpeg.decode_jpeg_header(data[:_LONGEST_HEADER], strict=False)
            return width, height
        if data.startswith(_PNG):
            return struct.unpack_from(">II", data, 16)
        if data.startswith(_GIF):
            return struct.unpack_from("<HH", data, 6)
        if data.startswith(_BMP):
            width, height = struct.unpack_from("<ii", data, 18)
            return abs(width), abs(height)
    except (ValueError, struct.error):
        pass  # cut off or broken within the header: nothing can decode it
    return 0, 0
