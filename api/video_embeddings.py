"""Embeddings of a video over time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class VideoEmbeddings(NamedTuple):
    """The answer of `Model.embed_video`.

    Attributes:
        times: float64 [n], seconds in the video: of the frame, and of the middle of its sound.
        image: float32 [n, D], vectors of unit length.
        audio: float32 [n, D], likewise; the inner product of two is their cosine.
        failed: time and reason of each moment that is damaged in the file, and left out.
    """

    times: np.ndarray
    image: np.ndarray
    audio: np.ndarray
    failed: tuple[tuple[float, str], ...] = ()
