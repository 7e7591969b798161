"""A result of a search."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class FoundItem:
    """A moment of a video whose sound, or whose image, was found.

    Attributes:
        id: of the video.
        time: seconds in the video: of the frame, and of the middle of the second of sound.
        score: inner product of the embeddings, 1 at most.
        label: class of what sounds, "" where not known.
        thumbnail: path of a JPEG of the frame, from the folder of the served version; "" where
            there is none.
    """

    id: str
    time: float
    score: float
    label: str
    thumbnail: str
