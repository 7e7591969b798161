"""Draws a heat map over the part of an image that it covers."""

from __future__ import annotations

import io
import math

import matplotlib
import numpy as np
from PIL import Image

_COLOURS = "jet"
_GREATEST_OPACITY = 0.6
_LEAST_SHORT_SIDE = 256


def draw_overlay(
    image: bytes, heatmap: np.ndarray, crop_box: tuple[float, float, float, float]
) -> Image.Image:
    """Blends a heat map with an image, the more opaque the hotter.

    Args:
        image: JPEG or PNG bytes. (Not turned as its EXIF data may say: the model does not either.)
        heatmap: float [height, width], in 0..1.
        crop_box: ymin, xmin, ymax, xmax in 0..1 of the image: the part that the heat map covers.

    Returns:
        The picture, RGB; small images are enlarged by a whole factor, to be seen.

    Raises:
        OSError: the image cannot be decoded.
    """
    picture = Image.open(io.BytesIO(image)).convert("RGB")
    factor = math.ceil(_LEAST_SHORT_SIDE / min(picture.size))
    picture = picture.resize((picture.width * factor, picture.height * factor))
    ymin, xmin, ymax, xmax = crop_box
    left, right = (round(x * picture.width) for x in (xmin, xmax))
    top, bottom = (round(y * picture.height) for y in (ymin, ymax))
    size = (max(1, right - left), max(1, bottom - top))
    cells = Image.fromarray(np.clip(heatmap, 0, 1).astype(np.float32))  # mode F
    heat = np.clip(np.asarray(cells.resize(size, Image.Resampling.BILINEAR)), 0, 1)
    colours = matplotlib.colormaps[_COLOURS](heat, bytes=True)[..., :3]  # uint8 [h, w, 3]
    opacity = Image.fromarray((heat * _GREATEST_OPACITY * 255).astype(np.uint8))
    picture.paste(Image.fromarray(colours), (left, top), opacity)
    return picture
