"""Heat maps of a picture that is looked at more than once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from keras import ops

from objects_that_sound.models.networks.scaled import scaled

NEARER = Fraction(3, 2)
"""Factor by which a picture is enlarged for the nearer look."""


def several_looks(
    places, places_of: Callable[[Any], Any], image, cell_pixels: int, nearer: bool
) -> tuple[Any, int]:
    """Averages the places of a picture with those of further looks at it.

    What tells an object is often at one side of it; in the mirror image it is at the other. Things
    that are small in the picture are found from near.

    Args:
        places: [batch, rows, columns], of the picture as it is.
        places_of: function that finds them, with a place for every `cell_pixels`.
        image: [batch, rows * cell_pixels, columns * cell_pixels, channels], the picture.
        cell_pixels: side of a place, in pixels.
        nearer: whether to look at the picture enlarged by `NEARER` as well.

    Returns:
        Means [batch, rows, columns], of twice as many rows and columns with the nearer look, and
        the side of one, in pixels.
    """
    places = _with_mirror_image(places, places_of, image)
    if not nearer:
        return places, cell_pixels
    rows, columns = ops.shape(places)[1:]
    near = scaled(image, *NEARER.as_integer_ratio())
    closer = _with_mirror_image(places_of(near), places_of, near)
    closer = scaled(closer[..., None], *(2 / NEARER).as_integer_ratio())[..., 0]
    places = scaled(places[..., None], 2)[..., 0]  # [batch, 2 rows, 2 columns]
    return (places + closer[:, : 2 * rows, : 2 * columns]) / 2, cell_pixels // 2


def _with_mirror_image(places, places_of: Callable[[Any], Any], image):
    mirrored = places_of(ops.flip(image, axis=2))
    return (places + ops.flip(mirrored, axis=2)) / 2
