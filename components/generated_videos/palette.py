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
        main: fills the silhouette, light.
        accent: draws the pattern, dark.
        outline: around the silhouette, dark.
    """

    main: Colour
    accent: Colour
    outline: Colour

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Palette:
        """Draws all hues independently."""
        return cls(
            main=random_colour(rng, lightness=(0.62, 0.85)),
            accent=random_colour(rng, lightness=(0.12, 0.3)),
            outline=random_colour(rng, lightness=(0.02, 0.1)),
        )


def random_colour(
    rng: np.random.Generator,
    lightness: tuple[float, float],
    saturation: tuple[float, float] = (0.3, 1.0),
) -> Colour:
    """A colour of any hue, with HLS lightness and saturation (0 to 1) in the ranges."""
    rgb = colorsys.hls_to_rgb(rng.random(), rng.uniform(*lightness), rng.uniform(*saturation))
    return tuple(round(255 * channel) for channel in rgb)  # type: ignore[return-value]
