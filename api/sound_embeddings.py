"""Embeddings of a sound over time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class SoundEmbeddings(NamedTuple):
    """The answer of `Model.embed_audio`.

    Attributes:
        times: float64 [n], seconds from the first sample to the middle of each second of sound.
        audio: float32 [n, D], vectors of unit length.
    """

    times: np.ndarray
    audio: np.ndarray
