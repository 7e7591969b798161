"""Random colours: they tell nothing about the class of an object."""

from __future__ import annotations

import colorsys
import dataclasses

import numpy as np

Colour = tuple[int, int, int]


@dataclasses.dataclass(frozen=True)
class Palette:
    """The colours of one object.

    Attributes:
        main: fills the silhouette.
        accent: draws the pattern; always well apart from `main` in lightness.
        outline: around the silhouette, dark.
    """

    main: Colour
    accent: Colour
    outline: Colour

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Palette:
        """Draws hues independently; which of main and accent is the lighter one is a coin toss."""
        light = random_colour(rng, lightness=(0.62, 0.85))
        dark = random_colour(rng, lightness=(0.15, 0.35))
        main, accent = (light, dark) if rng.random() < 0.5 else (dark, light)
        return cls(main, accent, random_colour(rng, lightness=(0.02, 0.1)))


def random_colour(rng: np.random.Generator, lightness: tuple[float, float]) -> Colour:
    """A colour of any hue, saturation 0.3 to 1, and of HLS lightness in the range (0 to 1)."""
    rgb = colorsys.hls_to_rgb(rng.random(), rng.uniform(*lightness), rng.uniform(0.3, 1.0))
    return tuple(round(255 * channel) for channel in rgb)  # type: ignore[return-value]
