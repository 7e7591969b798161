"""What an index holds."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from objects_that_sound.components.search_indexer.vector_table import VectorTable
from objects_that_sound.models.whole_file import whole_file

# In the order of the fields.
_FACTS = ("ids", "times", "labels", "thumbnails")
_TABLES = ("image", "audio")


@dataclasses.dataclass(frozen=True)
class Items:
    """`n` moments of videos: each a frame and the second of sound around it.

    Attributes:
        ids: str [n], of the videos.
        times: float32 [n], seconds in the video.
        labels: str [n], class of what sounds, "" where not known.
        thumbnails: str [n], file below the index's folder of thumbnails, "" where there is none.
        image: embeddings of the frames.
        audio: embeddings of the sounds.
    """

    ids: np.ndarray
    times: np.ndarray
    labels: np.ndarray
    thumbnails: np.ndarray
    image: VectorTable
    audio: VectorTable

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def none(cls, dtype: str) -> Items:
        """No items, with vectors of a dtype."""
        table = VectorTable.of(np.zeros([0, 0], np.float32), dtype)
        none = np.array([])
        return cls(none, none, none, none, image=table, audio=table)

    @classmethod
    def concatenate(cls, parts: Sequence[Items]) -> Items:
        """Joins parts, one after another."""
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in _FACTS),
            *(VectorTable.concatenate([getattr(part, name) for part in parts]) for name in _TABLES),
        )

    def save(self, path: str) -> None:
        """Writes a file, whole or not at all."""
        arrays = {name: getattr(self, name) for name in _FACTS}
        for name in _TABLES:
            table = getattr(self, name)
            arrays |= {f"{name}_stored": table.stored, f"{name}_scales": table.scales}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        with whole_file(path) as unfinished, tf.io.gfile.GFile(unfinished, "wb") as file:
            file.write(buffer.getvalue())

    @classmethod
    def load(cls, path: str) -> Items:
        """Reads what `save` wrote."""
        with tf.io.gfile.GFile(path, "rb") as file:
            arrays = np.load(io.BytesIO(file.read()))
        return cls(
            *(arrays[name] for name in _FACTS),
            *(VectorTable(arrays[f"{name}_stored"], arrays[f"{name}_scales"]) for name in _TABLES),
        )
