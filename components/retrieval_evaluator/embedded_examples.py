"""The embeddings of a split, with what is known of its examples."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class EmbeddedExamples:
    """Frames and sounds of `n` examples as vectors.

    Attributes:
        keys: str[n], unique name of each example.
        videos: str[n], video ids.
        groups: str[n], groups of videos.
        times: float[n], seconds.
        labels: str[n], class of what sounds, "" where not known.
        image: float32[n, d], embeddings of the frames.
        audio: float32[n, d], embeddings of the sounds.
    """

    keys: np.ndarray
    videos: np.ndarray
    groups: np.ndarray
    times: np.ndarray
    labels: np.ndarray
    image: np.ndarray
    audio: np.ndarray

    def __post_init__(self):
        for name in ("image", "audio"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(
                    f"the model's {name} embeddings hold NaN or infinity: its training diverged"
                )

    def __len__(self) -> int:
        return len(self.keys)

    def select(self, rows: np.ndarray) -> EmbeddedExamples:
        """Returns the examples of the given rows (indices or a mask)."""
        fields = dataclasses.fields(self)
        return EmbeddedExamples(**{field.name: getattr(self, field.name)[rows] for field in fields})

    def relevance_kind(self) -> str:
        """Returns "label" if the labels of two classes at least are known, else "video"."""
        return "label" if len(set(self.labels) - {""}) >= 2 else "video"
