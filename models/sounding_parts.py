"""Which parts of a picture a map says to make the sound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from scipy import ndimage

NOTHING = "nothing in the picture makes this sound"
"""What is said where no part does."""


class SoundingParts(NamedTuple):
    """The parts of a picture where a map reaches a threshold.

    Attributes:
        mask: bool [height, width] of the picture.
        boxes: ymin, xmin, ymax, xmax in 0..1 of the picture, around each part that hangs together;
            the largest part first, and none where the whole map is below the threshold.
    """

    mask: np.ndarray
    boxes: tuple[tuple[float, float, float, float], ...]

    def outline(self, picture: Image.Image) -> None:
        """Draws a white line, and a black one inside it, around each part of an RGB picture."""
        line = _shrunk(self.mask)
        picture.paste("white", mask=Image.fromarray(self.mask & ~line))
        picture.paste("black", mask=Image.fromarray(line & ~_shrunk(line)))


def sounding_parts(
    heatmap: ArrayLike, crop_box: ArrayLike, size: tuple[int, int], threshold: float
) -> SoundingParts:
    """Finds the parts of a picture where a map, enlarged bilinearly, reaches a threshold.

    Args:
        heatmap: float [h, w].
        crop_box: float [4], the part of the picture that the map covers: top, left, bottom and
            right, 0..1.
        size: width and height of the picture, in pixels.
        threshold: value that a part has at least.
    """
    width, height = size
    ymin, xmin, ymax, xmax = np.asarray(crop_box, float)
    left, right = round(xmin * width), round(xmax * width)
    top, bottom = round(ymin * height), round(ymax * height)
    mask = np.zeros((height, width), bool)
    small = np.asarray(heatmap, np.float32)
    if small.max() >= threshold and right > left and bottom > top:
        covered = (right - left, bottom - top)
        large = np.asarray(Image.fromarray(small).resize(covered, Image.Resampling.BILINEAR))
        # No pixel has to lie in the middle of the only cell that reaches it.
        mask[top:bottom, left:right] = large >= min(threshold, large.max())
    labels, _ = ndimage.label(mask, np.ones((3, 3)))
    areas = np.bincount(labels.ravel())[1:]
    parts = ndimage.find_objects(labels)
    boxes = [parts[number] for number in np.argsort(-areas, kind="stable")]
    return SoundingParts(
        mask,
        tuple(
            (y.start / height, x.start / width, y.stop / height, x.stop / width) for y, x in boxes
        ),
    )


def _shrunk(mask: np.ndarray) -> np.ndarray:
    """Without the outermost pixels; what is at the picture's edge is outermost too."""
    return ndimage.binary_erosion(mask)
