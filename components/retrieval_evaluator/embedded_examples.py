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
        labels: str[n], class of what sounds (the first of several), "" where not known.
        label_sets: tuple[n], all those classes, () where not known.
        image: float32[n, d], embeddings of the frames.
        audio: float32[n, d], embeddings of the sounds.
    """

    keys: np.ndarray
    videos: np.ndarray
    groups: np.ndarray
    times: np.ndarray
    labels: np.ndarray
    label_sets: np.ndarray
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

    def labelled(self) -> EmbeddedExamples:
        """Returns the examples to compare by class: those that have one.

        Where the classes of all are the same or not known, classes are not what to compare by: then
        all examples are returned, with empty `label_sets`.
        """
        if len({frozenset(labels) for labels in self.label_sets if labels}) >= 2:
            return self.select(self.labels != "")
        none = np.fromiter([()] * len(self), object, len(self))
        return dataclasses.replace(self, label_sets=none)
