"""Does a localisation map lie on the object that sounds?

The pointing game ("Objects that Sound", section 4): the location of the largest response is correct
if it lies inside the annotated box. The consensus intersection over union, cIoU (Senocak et al.,
"Learning to Localize Sound Source in Visual Scenes", CVPR 2018): the overlap of the map's bright
part with what the annotators marked. Boxes are ymin, xmin, ymax, xmax in 0..1 of the
whole image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from scipy.integrate import trapezoid

BRIGHT = 0.5
"""What reaches it, of a map scaled to 0..1, is the map's bright part."""

SUCCESS = 0.5
"""A map whose overlap reaches it is a success: cIoU is the share of successes."""

SUCCESS_THRESHOLDS = np.linspace(0.0, 1.0, 21)
"""Overlaps over which the success curve is taken: the steps of 0.05 of the usual evaluations."""

_SIDE = 224  # pixels of the enlarged map


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
    heatmap = _checked(heatmap)
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


def overlap(
    heatmap: ArrayLike, crop_box: ArrayLike, box: ArrayLike, threshold: float | None = None
) -> float:
    """Computes the intersection over union of a map's bright part and a box.

    The map is enlarged bilinearly. Its bright part is what reaches a threshold, which may be all or
    nothing of it; or without one half of the map's own range, all of a flat map. With one box an image, Senocak et al.'s consensus is that
    box, and their cIoU of an image the plain intersection over union.

    Args:
        heatmap: float[h, w].
        crop_box: float[4], the part of the image that the map covers.
        box: float[4], the true box; what lies beyond `crop_box` counts as missed.
        threshold: value of the map; None: half way between its smallest and its largest one.

    Returns:
        A number in 0..1.

    Raises:
        ValueError: as `peak_points`.
    """
    heatmap = _checked(heatmap).astype(np.float32)
    if threshold is None:
        lowest, highest = heatmap.min(), heatmap.max()
        threshold = BRIGHT
        heatmap = (heatmap - lowest) / (highest - lowest) if highest > lowest else heatmap * 0 + 1
    enlarged = Image.fromarray(heatmap).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    bright = np.asarray(enlarged) >= threshold  # [_SIDE, _SIDE]
    ymin, xmin, ymax, xmax = np.asarray(crop_box, np.float64)
    y0, x0, y1, x1 = np.clip(np.asarray(box, np.float64), 0.0, 1.0)
    covered = np.outer(_covered(ymin, ymax, y0, y1), _covered(xmin, xmax, x0, x1))
    pixel = (ymax - ymin) * (xmax - xmin) / _SIDE**2
    both = float(covered[bright].sum()) * pixel
    either = box_area(box) + float(bright.sum()) * pixel - both
    return both / either if either > 0 else 0.0


def success_area(overlaps: ArrayLike) -> np.ndarray:
    """Computes the area under each map's success curve.

    The mean over maps is the AUC beside cIoU: the area, by the trapezoidal rule, under the share of
    maps whose overlap reaches a threshold, over thresholds from 0 to 1 in steps of 0.05.

    Args:
        overlaps: float[n], NaN where there is none.

    Returns:
        float64[n] in 0..1, NaN where the overlap is.
    """
    overlaps = np.asarray(overlaps, np.float64)
    reached = overlaps[:, None] >= SUCCESS_THRESHOLDS  # [n, thresholds]
    area = trapezoid(reached.astype(float), SUCCESS_THRESHOLDS, axis=1)
    return np.where(np.isnan(overlaps), np.nan, area)


def centre_map(height: int, width: int) -> np.ndarray:
    """Makes the map of one who always guesses the middle: 1 there, falling to 0 in the corners.

    Returns:
        float64[height, width].
    """
    y = (np.arange(height) + 0.5) / height - 0.5
    x = (np.arange(width) + 0.5) / width - 0.5
    return 1.0 - np.hypot(y[:, None], x) / np.hypot(0.5, 0.5)


def _checked(heatmap: ArrayLike) -> np.ndarray:
    heatmap = np.asarray(heatmap)
    if heatmap.ndim != 2 or heatmap.size == 0:
        raise ValueError(f"a localisation map is [h, w], not of shape {heatmap.shape}")
    if not np.isfinite(heatmap).all():
        raise ValueError("the localisation map holds NaN or infinity")
    return heatmap


def _covered(start: float, end: float, low: float, high: float) -> np.ndarray:
    """Share of each of the pixels from start to end that lies between low and high, [_SIDE]."""
    edges = np.linspace(start, end, _SIDE + 1)
    inside = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.maximum(inside, 0.0) / ((end - start) / _SIDE)
