"""AVSBench's measures of masks (Zhou et al., "Audio-Visual Segmentation", ECCV 2022)."""

from __future__ import annotations

import numpy as np

BETA_SQUARED = 0.3
_THRESHOLDS = np.linspace(0.0, 1.0 - 1e-10, 255)


def jaccard(heatmap: np.ndarray, truth: np.ndarray) -> float:
    """Computes M_J of one frame: the overlap of the map above 0.5 with the mask.

    With an empty mask it is the share of the pixels that stay dark.

    Args:
        heatmap: float[h, w] in 0..1.
        truth: float[h, w], above 0 where something sounds.
    """
    marked, wanted = heatmap > 0.5, truth > 0
    if not wanted.any():
        return float(np.mean(~marked))
    return np.count_nonzero(marked & wanted) / np.count_nonzero(marked | wanted)


def f_curve(heatmap: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Computes the F-measure (beta squared 0.3) of one frame at 255 thresholds.

    Args:
        heatmap: float[h, w] in 0..1.
        truth: float[h, w], above 0 where something sounds.

    Returns:
        float32[255]; NaN where the mask is empty: such frames are not counted. M_F is the largest
        value of the mean curve of all frames (the official script takes it batch by batch, which
        makes it depend on the batch's size).
    """
    wanted = truth > 0
    if not wanted.any():
        return np.full(len(_THRESHOLDS), np.nan, np.float32)

    def at_least(values: np.ndarray) -> np.ndarray:
        return len(values) - np.searchsorted(np.sort(values), _THRESHOLDS, side="left")

    found = at_least(heatmap[wanted])
    marked = at_least(heatmap.ravel())
    precision = found / np.maximum(marked, 1)
    recall = found / np.count_nonzero(wanted)
    below = BETA_SQUARED * precision + recall
    f = (1 + BETA_SQUARED) * precision * recall / np.where(below > 0, below, 1.0)
    return f.astype(np.float32)
