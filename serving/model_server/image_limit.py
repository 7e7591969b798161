"""Refuses pictures by the size that their headers state, before anything decodes them."""

from __future__ import annotations

import struct

import numpy as np

from objects_that_sound.serving.model_server.serving_error import ServingError

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_GIF = (b"GIF87a", b"GIF89a")
_BMP = b"BM"
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


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
            return _jpeg_size(data)
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


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """From the first frame header, found as libjpeg finds it: whatever is between is skipped."""
    position = 2
    while (position := data.find(b"\xff", position)) >= 0:
        while data[position : position + 1] == b"\xff":
            position += 1
        marker = data[position] if position < len(data) else _START_OF_SCAN
        position += 1
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 3)
            return width, height
        if marker == _START_OF_SCAN:
            break
        if marker and marker not in _WITHOUT_LENGTH:
            position += struct.unpack_from(">H", data, position)[0]
    return 0, 0
