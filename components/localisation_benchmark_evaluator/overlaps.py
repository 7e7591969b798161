"""How well a map's bright part meets what is to be marked.

The rules are those of the benchmarks' scripts (Senocak et al., CVPR 2018; Chen et al., "Localizing
Visual Sounds the Hard Way", CVPR 2021; Senocak et al., "Aligning Sight and Sound", 2024).
"""

from __future__ import annotations

import numpy as np


def consensus_overlap(marked: np.ndarray, truth: np.ndarray) -> float:
    """Computes cIoU, the consensus intersection over union, of one sample.

    Args:
        marked: bool[h, w], the map's bright part.
        truth: float[h, w] in 0..1; with 0 and 1 only it is the plain intersection over union.

    Returns:
        A number in 0..1; NaN where nothing is marked and nothing is to be.
    """
    union = float(truth.sum()) + np.count_nonzero(marked & (truth == 0))
    return float(truth[marked].sum()) / union if union else float("nan")


def half_area(heatmap: np.ndarray) -> np.ndarray:
    """Marks the brighter half of the pixels, whatever the object's size: bool[h, w].

    What is as bright as the element in the middle of the sorted map belongs to it.
    """
    return heatmap >= np.sort(heatmap, axis=None)[heatmap.size // 2]


def as_many_as(heatmap: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Marks as many pixels as the object has ("cIoU-Adap"), half of them where it has none.

    Ties with the brightest pixel that is not marked are left out.

    Returns:
        bool[h, w].
    """
    wanted = np.count_nonzero(truth) or heatmap.size // 2
    ordered = np.sort(heatmap, axis=None)
    place = heatmap.size - wanted - 1  # the brightest that is not to be marked
    return heatmap > ordered[place] if place >= 0 else np.ones(heatmap.shape, bool)


def all_of_a_group(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Gives every sample the lowest value of its picture: all its sounds must be found (IIoU).

    Args:
        values: float[n].
        groups: int[n], number of the sample's picture.

    Returns:
        float64[n]; NaN for pictures with a single sound.
    """
    lowest = np.full(groups.max(initial=-1) + 1, np.inf)
    np.minimum.at(lowest, groups, values)
    several = np.bincount(groups, minlength=len(lowest)) > 1
    return np.where(several[groups], lowest[groups], np.nan)
