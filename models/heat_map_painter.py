"""Colours of heat maps: in the report, in videos and in TensorBoard."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib
import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

COLOURS = matplotlib.colormaps["inferno"](np.arange(256), bytes=True)[:, :3]
"""uint8 [256, 3]: black where there is nothing, and ever brighter."""

OPACITIES = 0.8 * (np.arange(256) / 255) ** 0.75
"""Of these colours over a picture, 0..1. serving/model_server/ui/heat_map.js paints alike."""

_RGBA = np.column_stack([COLOURS, np.round(255 * OPACITIES).astype(np.uint8)])


class ColouredMap(NamedTuple):
    """A heat map in the size in which it is shown.

    Attributes:
        picture: RGBA.
        box: left, top, right and bottom, in pixels: the part of the frame that it covers.
    """

    picture: Image.Image
    box: tuple[int, int, int, int]


class HeatMapPainter:
    """Paints heat maps over frames."""

    def __init__(self, brightest: float = 1.0):
        """Creates a painter.

        Args:
            brightest: value of a map that gets the brightest colour.
        """
        self._scale = 255 / brightest

    def colour(
        self, heatmap: ArrayLike, size: tuple[int, int], crop_box: ArrayLike = (0, 0, 1, 1)
    ) -> ColouredMap:
        """Enlarges a map and gives it its colours.

        Args:
            heatmap: float [h, w], 0 or more.
            size: width and height of the frame, in pixels.
            crop_box: float [4], the part of the frame that the map covers: top, left, bottom and
                right, 0..1.
        """
        ymin, xmin, ymax, xmax = np.asarray(crop_box, float)
        left, right = round(xmin * size[0]), round(xmax * size[0])
        top, bottom = round(ymin * size[1]), round(ymax * size[1])
        right, bottom = max(right, left + 1), max(bottom, top + 1)
        small = Image.fromarray(np.asarray(heatmap, np.float32))
        large = small.resize((right - left, bottom - top), Image.Resampling.BICUBIC)
        level = np.clip(np.round(np.asarray(large) * self._scale), 0, 255).astype(np.uint8)
        return ColouredMap(Image.fromarray(_RGBA[level]), (left, top, right, bottom))

    def paint(self, frame: Image.Image, coloured: ColouredMap) -> Image.Image:
        """Lays a map over an RGB frame; what it does not cover is dimmed."""
        picture = Image.blend(frame, Image.new("RGB", frame.size), 0.5)
        picture.paste(frame.crop(coloured.box), coloured.box)
        picture.paste(coloured.picture, coloured.box, coloured.picture)
        return picture
