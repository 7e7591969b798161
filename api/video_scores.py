"""Scores of a video over time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class VideoScores(NamedTuple):
    """The answer of `Model.score_video`.

    Attributes:
        times: float64 [n], seconds in the video.
        scores: float32 [n], probability that frame and sound correspond.
        failed: time and reason of each moment that is damaged in the file, and left out.
    """

    times: np.ndarray
    scores: np.ndarray
    failed: tuple[tuple[float, str], ...] = ()
