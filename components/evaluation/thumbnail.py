"""Small pictures of frames."""

from __future__ import annotations

import io

from PIL import Image

_QUALITY = 80


def make_thumbnail(image: bytes, side: int) -> bytes:
    """Makes a JPEG of which neither side is longer than `side` pixels.

    A JPEG that is small enough is left as it is.

    Args:
        image: an encoded JPEG or PNG.
        side: in pixels.
    """
    picture: Image.Image = Image.open(io.BytesIO(image))
    if picture.format == "JPEG" and picture.mode in ("RGB", "L") and max(picture.size) <= side:
        return image
    picture.draft("RGB", (side, side))  # decodes a JPEG no larger than needed
    picture = picture.convert("RGB")
    picture.thumbnail((side, side))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
