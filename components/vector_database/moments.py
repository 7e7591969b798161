"""Rows of an index in a database."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Moments:
    """`n` moments of videos: each a frame and the second of sound around it.

    Attributes:
        keys: names [n], unique in a version; a row with a key that is there takes its place.
        videos: ids [n], of the videos.
        digests: digests [n], of what the row's whole video was made of (see `video_digests`).
        times: seconds [n], in the video.
        labels: names [n], class of what sounds, "" where not known.
        image: float32 [n, size], embeddings of the frames.
        audio: float32 [n, size], embeddings of the sounds.
    """

    keys: Sequence[str]
    videos: Sequence[str]
    digests: Sequence[str]
    times: Sequence[float]
    labels: Sequence[str]
    image: np.ndarray
    audio: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)
