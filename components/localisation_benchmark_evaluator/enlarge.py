"""A model's map on the square that all maps are compared on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from objects_that_sound.components.localisation_benchmark_evaluator.sample import SIDE


def enlarge(heatmap: ArrayLike, crop_box: ArrayLike) -> np.ndarray:
    """Enlarges a map bilinearly (as OpenCV's INTER_LINEAR) to where it lies in the whole picture.

    Args:
        heatmap: float[h, w].
        crop_box: float[4], ymin, xmin, ymax, xmax: the part of the picture that the map covers.

    Returns:
        float32[SIDE, SIDE]; 0, which is dark, where the map covers nothing.
    """
    heatmap = np.asarray(heatmap, np.float64)
    ymin, xmin, ymax, xmax = np.asarray(crop_box, np.float64)
    centres = (np.arange(SIDE) + 0.5) / SIDE
    rows, columns = (
        (centres - start) / (end - start) * size - 0.5
        for start, end, size in ((ymin, ymax, heatmap.shape[0]), (xmin, xmax, heatmap.shape[1]))
    )
    grid = np.meshgrid(rows, columns, indexing="ij")
    square = ndimage.map_coordinates(heatmap, grid, order=1, mode="nearest")
    covered = np.outer((centres >= ymin) & (centres <= ymax), (centres >= xmin) & (centres <= xmax))
    return np.where(covered, square, 0.0).astype(np.float32)
