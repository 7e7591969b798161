"""Draws a localisation map over its frame."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw

from objects_that_sound.components.localisation_evaluator.map_scores import peak_points
from objects_that_sound.models.heat_map_painter import HeatMapPainter
from objects_that_sound.models.sounding_parts import sounding_parts


def draw_overlay(
    image: bytes,
    heatmap: np.ndarray,
    crop_box: ArrayLike,
    box: ArrayLike | None = None,
    scale: float = 1.0,
    longest_side: int = 320,
    threshold: float | None = None,
) -> Image.Image:
    """Blends a map over the part of the frame that it covers, and marks its peak with a cross.

    Args:
        image: the frame, an encoded JPEG or PNG.
        heatmap: float[h, w], 0 or more.
        crop_box: float[4], the part of the frame that the map covers.
        box: float[4], the true box to outline, if known.
        scale: value of the map that gets the brightest colour.
        longest_side: of the picture, in pixels.
        threshold: value of the map from which on what makes the sound is outlined. A map below it
            gets no cross. None: nothing is outlined, and every map gets one.

    Returns:
        An RGB picture; what the map does not cover is dimmed.

    Raises:
        OSError: the image cannot be decoded.
    """
    frame = Image.open(io.BytesIO(image)).convert("RGB")
    enlarge = longest_side / max(frame.size)
    size = (max(round(frame.width * enlarge), 1), max(round(frame.height * enlarge), 1))
    frame = frame.resize(size, Image.Resampling.BICUBIC)
    painter = HeatMapPainter(scale)
    picture = painter.paint(frame, painter.colour(heatmap, size, crop_box))
    sounds = True
    if threshold is not None:
        parts = sounding_parts(heatmap, crop_box, size, threshold)
        parts.outline(picture)
        sounds = bool(parts.boxes)
    draw = ImageDraw.Draw(picture)
    if box is not None:
        y0, x0, y1, x1 = np.asarray(box, float)
        corners = (x0 * size[0], y0 * size[1], x1 * size[0] - 1, y1 * size[1] - 1)
        draw.rectangle(corners, outline="black", width=4)
        draw.rectangle(corners, outline="white", width=2)
    peaks = peak_points(heatmap, crop_box)
    if sounds and len(peaks) == 1:  # a flat map has no peak to mark
        y, x = peaks[0] * (size[1], size[0])
        for colour, width in (("black", 5), ("white", 2)):
            draw.line((x - 9, y, x + 9, y), fill=colour, width=width)
            draw.line((x, y - 9, x, y + 9), fill=colour, width=width)
    return picture
