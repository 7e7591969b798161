"""Pictures of one object."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from objects_that_sound.components.generated_videos.object_class import ObjectClass
from objects_that_sound.components.generated_videos.palette import Palette
from objects_that_sound.components.generated_videos.pen import Pen

_CANVAS = 288
"""Pixels drawn for an object that is at most about 110 pixels large: supersampling."""
_BORDER = 12
_OUTLINE = 4
_VISIBLE_ALPHA = 24
_PHASES = 12


class Sprite:
    """An object that rocks and grows in cycles; a picture of each phase is made when first asked.

    Pasting ready pictures is what makes drawing a frame fast.

    Args:
        object_class: what to draw.
        pixels: mean length of its longer side.
        sway_degrees: amplitude of the rocking.
        scale_change: amplitude of the growing and shrinking, as a fraction.
        rng: decides colours and proportions.
    """

    def __init__(
        self,
        object_class: ObjectClass,
        pixels: float,
        sway_degrees: float,
        scale_change: float,
        rng: np.random.Generator,
    ) -> None:
        # Premultiplied, so that no colour of the transparent part bleeds into the edges.
        self._upright = _draw(object_class, rng).convert("RGBa")
        # Turning is the slow part: twice the resolution is enough for smooth edges.
        self._upright.thumbnail((2 * pixels, 2 * pixels), Image.Resampling.BOX)
        self._scale = pixels / max(self._upright.size)
        self._scale_change, self._scale_start = scale_change, 2 * np.pi * rng.random()
        self._sway, self._lean = sway_degrees, rng.uniform(-0.5, 0.5) * sway_degrees
        self._pictures: dict[int, Image.Image] = {}

    @property
    def extent(self) -> tuple[int, int]:
        """Width and height, in pixels, that no picture exceeds."""
        width, height = self._upright.size
        largest = self._scale * (1 + self._scale_change)
        # A turned rectangle; it grows with the angle as long as that is at most 45 degrees.
        angle = math.radians(min(45.0, abs(self._lean) + self._sway))
        sine, cosine = math.sin(angle), math.cos(angle)
        return (
            math.ceil(largest * max(width, width * cosine + height * sine)) + 2,
            math.ceil(largest * max(height, height * cosine + width * sine)) + 2,
        )

    def at(self, cycles: float) -> Image.Image:
        """The picture after a number of cycles (any real number): RGBA, cropped to the visible."""
        phase = int(cycles * _PHASES) % _PHASES
        if phase not in self._pictures:
            turn = 2 * np.pi * phase / _PHASES
            angle = self._lean + self._sway * np.sin(turn)
            factor = self._scale * (1 + self._scale_change * np.sin(self._scale_start + turn))
            self._pictures[phase] = _turn_and_scale(self._upright, angle, factor)
        return self._pictures[phase]


def _draw(object_class: ObjectClass, rng: np.random.Generator) -> Image.Image:
    palette = Palette.sample(rng)
    pen = Pen(_CANVAS)
    object_class.draw(pen, palette, rng)
    # An outline keeps the silhouette visible on a background of the same colour: all that a blur
    # reaches, which is much faster than a MaxFilter of the same width.
    padded = Image.new("RGBA", (_CANVAS + 2 * _BORDER, _CANVAS + 2 * _BORDER), (0, 0, 0, 0))
    padded.paste(pen.image, (_BORDER, _BORDER))
    blurred = padded.getchannel("A").filter(ImageFilter.BoxBlur(_OUTLINE))
    outline = blurred.point(lambda alpha: 255 * (alpha > 0))
    result = Image.new("RGBA", padded.size, palette.outline)
    result.putalpha(outline)
    result.alpha_composite(padded)
    return result.crop(outline.getbbox())


def _turn_and_scale(image: Image.Image, degrees: float, factor: float) -> Image.Image:
    turned = image.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    size = max(1, round(turned.width * factor)), max(1, round(turned.height * factor))
    small = turned.resize(size, Image.Resampling.BOX).convert("RGBA")
    alpha = small.getchannel("A").point(lambda a: a if a >= _VISIBLE_ALPHA else 0)
    small.putalpha(alpha)
    return small.crop(alpha.getbbox())
