"""Pre-rendered pictures of one object."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from PIL import Image, ImageFilter

from components.generated_videos.object_class import ObjectClass
from components.generated_videos.palette import Palette
from components.generated_videos.pen import Pen

_CANVAS = 288
"""Pixels drawn for an object that is at most about 110 pixels large: supersampling."""
_VISIBLE_ALPHA = 24


@dataclasses.dataclass(frozen=True)
class Sprite:
    """An object in all phases of its rocking and growing, drawn once and pasted on every frame.

    Attributes:
        phases: RGBA images cropped to what is visible, for equally spaced phases of a cycle.
    """

    phases: tuple[Image.Image, ...]

    @classmethod
    def render(
        cls,
        object_class: ObjectClass,
        pixels: float,
        sway_degrees: float,
        scale_change: float,
        rng: np.random.Generator,
        phases: int = 12,
    ) -> Sprite:
        """Draws an object.

        Args:
            object_class: what to draw.
            pixels: mean length of its longer side.
            sway_degrees: amplitude of the rocking.
            scale_change: amplitude of the growing and shrinking, as a fraction.
            rng: decides colours and proportions.
            phases: number of images of the cycle.
        """
        # Premultiplied, so that no colour of the transparent part bleeds into the edges.
        upright = _draw(object_class, rng).convert("RGBa")
        # Turning is the slow part: twice the resolution is enough for smooth edges.
        upright.thumbnail((2 * pixels, 2 * pixels), Image.Resampling.BOX)
        scale = pixels / max(upright.size)
        offset, lean = rng.random(), rng.uniform(-0.5, 0.5) * sway_degrees
        images = []
        for phase in range(phases):
            turn = 2 * np.pi * phase / phases
            angle = lean + sway_degrees * np.sin(turn)
            factor = scale * (1 + scale_change * np.sin(2 * np.pi * offset + turn))
            images.append(_turn_and_scale(upright, angle, factor))
        return cls(tuple(images))

    @functools.cached_property
    def extent(self) -> tuple[int, int]:
        """Largest width and height over the cycle, in pixels."""
        return max(i.width for i in self.phases), max(i.height for i in self.phases)

    def at(self, cycles: float) -> Image.Image:
        """The picture after a number of cycles (any real number)."""
        return self.phases[int(cycles * len(self.phases)) % len(self.phases)]


def _draw(object_class: ObjectClass, rng: np.random.Generator) -> Image.Image:
    palette = Palette.sample(rng)
    pen = Pen(_CANVAS)
    object_class.draw(pen, palette, rng)
    # An outline keeps the silhouette visible on a background of the same colour.
    padded = Image.new("RGBA", (_CANVAS + 24, _CANVAS + 24), (0, 0, 0, 0))
    padded.paste(pen.image, (12, 12))
    # All that a blur reaches, which is much faster than a MaxFilter of the same width.
    outline = padded.getchannel("A").filter(ImageFilter.BoxBlur(4)).point(lambda a: 255 * (a > 0))
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
