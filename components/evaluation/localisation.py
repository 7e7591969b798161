"""The pointing game: does the peak of a localisation map lie on the object that sounds?

"Objects that Sound" section 4: the location of the largest response is correct if it lies inside
the annotated box. Boxes are ymin, xmin, ymax, xmax in 0..1 of the whole image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def peak_points(heatmap: ArrayLike, crop_box: ArrayLike) -> np.ndarray:
    """Finds where in the image a localisation map is largest.

    Args:
        heatmap: float[h, w].
        crop_box: float[4], the part of the image that the map covers.

    Returns:
        float64[peaks, 2], y and x (in 0..1 of the image) of the centre of every cell that holds
        the maximum: several where a map is flat or saturated.

    Raises:
        ValueError: the map is not two-dimensional, is empty, or is not finite.
    """
    heatmap = np.asarray(heatmap)
    if heatmap.ndim != 2 or heatmap.size == 0:
        raise ValueError(f"a localisation map is [h, w], not of shape {heatmap.shape}")
    if not np.isfinite(heatmap).all():
        raise ValueError("the localisation map holds NaN or infinity")
    cells = np.argwhere(heatmap == heatmap.max())  # [peaks, 2]
    ymin, xmin, ymax, xmax = np.asarray(crop_box, np.float64)
    centres = (cells + 0.5) / np.asarray(heatmap.shape)
    return np.array([ymin, xmin]) + centres * np.array([ymax - ymin, xmax - xmin])


def points_in_box(points: ArrayLike, box: ArrayLike) -> np.ndarray:
    """Tells which points lie inside a box or on its border.

    Args:
        points: float[n, 2], y and x.
        box: float[4].

    Returns:
        bool[n].
    """
    points = np.asarray(points, np.float64)
    ymin, xmin, ymax, xmax = np.asarray(box, np.float64)
    inside_y = (points[:, 0] >= ymin) & (points[:, 0] <= ymax)
    inside_x = (points[:, 1] >= xmin) & (points[:, 1] <= xmax)
    return inside_y & inside_x


def pointing_hit(heatmap: ArrayLike, crop_box: ArrayLike, box: ArrayLike) -> float:
    """Scores one map: 1 if its peak lies inside the box, 0 if not.

    Where several cells share the maximum it is the share of them inside the box (the expectation
    of choosing one at random), so a flat map gains nothing from the order of its cells.

    Args:
        heatmap: float[h, w].
        crop_box: float[4], the part of the image that the map covers.
        box: float[4], the true box; it may reach beyond `crop_box`.

    Returns:
        A number in 0..1.

    Raises:
        ValueError: as `peak_points`.
    """
    return float(points_in_box(peak_points(heatmap, crop_box), box).mean())


def centre_hit(box: ArrayLike) -> float:
    """Scores the centre baseline: 1 if the centre of the image lies inside the box, else 0."""
    return float(points_in_box(np.array([[0.5, 0.5]]), box)[0])


def box_area(box: ArrayLike) -> float:
    """Computes the share of the image that a box covers: the hit rate of a random point."""
    ymin, xmin, ymax, xmax = np.clip(np.asarray(box, np.float64), 0.0, 1.0)
    return float(max(ymax - ymin, 0.0) * max(xmax - xmin, 0.0))
