"""Drawing in unit coordinates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from objects_that_sound.components.generated_videos.palette import Colour

Point = tuple[float, float]


class Pen:
    """Draws on a transparent square canvas; coordinates are 0 (left, top) to 1 (right, bottom)."""

    def __init__(self, pixels: int) -> None:
        self.image = Image.new("RGBA", (pixels, pixels), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)
        self._pixels = pixels

    def ellipse(self, centre: Point, radii: Point, fill: Colour) -> None:
        """Fills an upright ellipse."""
        (x, y), (rx, ry) = centre, radii
        self._draw.ellipse(self._scale([(x - rx, y - ry), (x + rx, y + ry)]), fill=fill)

    def rectangle(self, box: Sequence[float], fill: Colour, radius: float = 0.0) -> None:
        """Fills a rectangle `(left, top, right, bottom)` with rounded corners."""
        left, top, right, bottom = box
        self._draw.rounded_rectangle(
            self._scale([(left, top), (right, bottom)]), radius * self._pixels, fill=fill
        )

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """Fills a polygon."""
        self._draw.polygon(self._scale(points), fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """Strokes a line through points, with round joints."""
        self._draw.line(
            self._scale(points), width=max(1, round(width * self._pixels)), fill=fill, joint="curve"
        )

    def erase(self, centre: Point, radius: float) -> None:
        """Cuts a round, transparent hole."""
        x, y = centre
        box = self._scale([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(box, fill=(0, 0, 0, 0))

    def inside(self, pattern: Callable[[Pen], None]) -> None:
        """Draws a pattern only where something is drawn already."""
        layer = Pen(self._pixels)
        pattern(layer)
        clipped = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        clipped.paste(layer.image, mask=self.image.getchannel("A"))
        self.image.alpha_composite(clipped)

    def _scale(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._pixels, y * self._pixels) for x, y in points]


def polar(centre: Point, radius: float, turn: float) -> Point:
    """The point at `radius` from `centre`; `turn` is clockwise from the top, 1 is a full turn."""
    angle = 2 * math.pi * turn
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)
