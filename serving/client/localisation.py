"""Where in an image a sound comes from."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Localisation:
    """The answer of the `localise` signature for one image and one sound.

    Attributes:
        heatmap: float32 [height, width], in 0..1: how well each place fits the sound.
        score: probability that image and sound correspond.
        crop_box: ymin, xmin, ymax, xmax in 0..1 of the image: the part that the heat map covers;
            all of it but of models exported before they could.
    """

    heatmap: np.ndarray
    score: float
    crop_box: tuple[float, float, float, float]

    @classmethod
    def of_answer(cls, heatmap: np.ndarray, score: float, crop_box: np.ndarray) -> Localisation:
        """Makes the localisation of one image out of the answer for a batch.

        Cells beyond the image are left out; see `inside_of_image`.
        """
        inside, box = inside_of_image(heatmap, crop_box)
        ymin, xmin, ymax, xmax = map(float, box)
        return cls(inside, float(score), (ymin, xmin, ymax, xmax))

    @property
    def peak(self) -> tuple[float, float]:
        """(y, x) in 0..1 of the whole image: the middle of the heat map's greatest cell."""
        height, width = self.heatmap.shape
        row, column = np.unravel_index(int(self.heatmap.argmax()), self.heatmap.shape)
        ymin, xmin, ymax, xmax = self.crop_box
        y = ymin + (row + 0.5) / height * (ymax - ymin)
        x = xmin + (column + 0.5) / width * (xmax - xmin)
        return float(y), float(x)


def inside_of_image(heatmap: np.ndarray, crop_box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leaves out the cells of a map that lie beyond its image.

    Where the images of a batch have different shapes, maps are filled up beyond the lower and the
    right edge of the smaller ones.

    Args:
        heatmap: [height, width].
        crop_box: float [4], ymin, xmin, ymax, xmax of what the map covers, in units of the image.

    Returns:
        The map inside of the image, and what it covers of that.
    """
    rows, columns = np.round(heatmap.shape / np.maximum(crop_box[2:], 1.0)).astype(int)
    return heatmap[:rows, :columns], np.minimum(crop_box, 1.0)
