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

        Where the images of a batch have different shapes, maps are filled up beyond the image's
        lower and right edge; those cells are left out.
        """
        ymin, xmin, ymax, xmax = map(float, crop_box)
        height, width = heatmap.shape
        inside = heatmap[: round(height / max(ymax, 1.0)), : round(width / max(xmax, 1.0))]
        return cls(inside, float(score), (ymin, xmin, min(ymax, 1.0), min(xmax, 1.0)))

    @property
    def peak(self) -> tuple[float, float]:
        """(y, x) in 0..1 of the whole image: the middle of the heat map's greatest cell."""
        height, width = self.heatmap.shape
        row, column = np.unravel_index(int(self.heatmap.argmax()), self.heatmap.shape)
        ymin, xmin, ymax, xmax = self.crop_box
        y = ymin + (row + 0.5) / height * (ymax - ymin)
        x = xmin + (column + 0.5) / width * (xmax - xmin)
        return float(y), float(x)
