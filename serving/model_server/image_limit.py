"""Refuses pictures by the size that they would be decoded to, before anything decodes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from objects_that_sound.serving.model_server.image_size import NOTHING, image_size, jpeg_scans
from objects_that_sound.serving.model_server.packed_examples import strings_within
from objects_that_sound.serving.model_server.serving_error import ServingError

_IMAGES_OF_A_REQUEST = 8
"""How many times the greatest picture a request's pictures may have together: 64 pictures of
1920 x 1080 pixels, or 64 moments of 25 frames of 455 x 256, with the default limit."""

_SCANS = 100
"""More than any program writes; libjpeg would go over the image at each of a million."""


def check_images(feeds: Mapping[str, np.ndarray], max_pixels: int) -> None:
    """Refuses a request if one of its pictures, or all of them together, are too large.

    A few kilobytes can state 30,000 x 30,000 pixels, or thousands of frames, for which a model's
    decoder would take gigabytes, or so many scans of a JPEG that it would take hours. Pictures are looked for in strings and in the serialized
    tf.Examples that strings may be. Strings that are no pictures, or broken ones, are the model's
    business.

    Args:
        feeds: the request's arrays by the name of the input; those of objects hold byte strings.
        max_pixels: the greatest frames times width times height of a picture; all pictures
            together may have eight times as many.

    Raises:
        ServingError: INVALID_ARGUMENT, a picture is larger, or they are all together.
    """
    total = 0
    for where, data, (frames, width, height) in _pictures(feeds):
        pixels = frames * width * height
        total += pixels
        if pixels > max_pixels:
            times = f"{frames} frames of " if frames > 1 else ""
            raise ServingError.invalid_argument(
                f"{where}: an image of {times}{width} x {height} pixels; at most {max_pixels} "
                "pixels are accepted (--max_image_pixels)"
            )
        if total > _IMAGES_OF_A_REQUEST * max_pixels:
            raise ServingError.invalid_argument(
                f"{where}: with this image, the request's images have {total} pixels; at most "
                f"{_IMAGES_OF_A_REQUEST * max_pixels} are accepted together "
                f"({_IMAGES_OF_A_REQUEST} times --max_image_pixels): send fewer at a time"
            )
        if jpeg_scans(data, _SCANS + 1) > _SCANS:
            raise ServingError.invalid_argument(
                f"{where}: a JPEG of more than {_SCANS} scans, which would take very long to decode"
            )


def _pictures(feeds: Mapping[str, np.ndarray]) -> Iterator[tuple[str, bytes, tuple[int, int, int]]]:
    """Where each picture is, its bytes, and its frames, width and height."""
    for name, array in feeds.items():
        for position, value in enumerate(array.flat if array.dtype == object else ()):
            where = f"Input '{name}', element {position}"
            if (size := image_size(value)) != NOTHING:
                yield where, value, size
                continue
            for packed in strings_within(value):
                yield where, packed, image_size(packed)
