"""What SpanStatistics keeps of an example."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class DescribedExample(NamedTuple):
    """An example without its media.

    Attributes:
        group: of its video.
        brightness: of the frame, 0..1.
        loudness: of the sound, in dBFS.
        image: float[d], embedding of the frame; None where it was not embedded.
        audio: float[d], embedding of the sound, likewise.
    """

    group: str
    brightness: float
    loudness: float
    image: np.ndarray | None = None
    audio: np.ndarray | None = None
