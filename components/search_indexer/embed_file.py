"""The Beam part of indexing. Imports no TFX: workers start in seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.embed_batch import embed_batch
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.thumbnail import make_thumbnail
from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.vector_table import VectorTable
from objects_that_sound.models import examples as contract


class ExampleFile(NamedTuple):
    """A file of examples to embed.

    Attributes:
        number: of the file, in the order of the index.
        path: of gzipped TFRecords.
    """

    number: int
    path: str


class EmbedFile(beam.DoFn):
    """Turns an `ExampleFile` into a file of `Items` and their thumbnails.

    The media stay in the worker that read them. Yields how many items there were. Doing a file
    twice does no harm: what is written depends on the file alone.
    """

    def __init__(
        self,
        model_folder: str,
        items_folder: str,
        thumbnails_folder: str,
        *,
        dtype: str,
        thumbnail_size: int,
        batch_size: int,
        videos: AbstractSet[str] | None = None,
    ):
        """Creates the DoFn.

        Args:
            model_folder: of a SavedModel with `embed_image` and `embed_audio`.
            items_folder: for `items_path`.
            thumbnails_folder: each file gets its own in it.
            dtype: of the stored vectors.
            thumbnail_size: longest side in pixels; 0 for none.
            batch_size: examples a call of the model.
            videos: ids of those whose examples are embedded; None for all.
        """
        self._model_folder = model_folder
        self._items_folder = items_folder
        self._thumbnails_folder = thumbnails_folder
        self._dtype = dtype
        self._thumbnail_size = thumbnail_size
        self._batch_size = batch_size
        self._videos = videos

    def setup(self) -> None:
        """Loads the model."""
        self._model = SavedModel(self._model_folder)

    def process(self, element: ExampleFile) -> Iterator[int]:
        """Embeds all examples of a file."""
        folder = f"{element.number:05d}"
        if self._thumbnail_size:
            tf.io.gfile.makedirs(os.path.join(self._thumbnails_folder, folder))
        parts = []
        records = tf.data.TFRecordDataset(element.path, compression_type="GZIP")
        count = 0
        for batch in records.batch(self._batch_size).as_numpy_iterator():
            rows = [contract.read_example(record) for record in batch]
            if self._videos is not None:
                rows = [row for row in rows if example_fields.video_id(row) in self._videos]
            if not rows:
                continue
            names = [f"{folder}/{count + number:07d}.jpg" for number in range(len(rows))]
            parts.append(self._embed(rows, names))
            count += len(rows)
        items = Items.concatenate(parts) if parts else Items.none(self._dtype)
        items.save(items_path(self._items_folder, element.number))
        yield count

    def _embed(self, rows: list[dict[str, list]], names: list[str]) -> Items:
        if self._thumbnail_size:
            for row, name in zip(rows, names, strict=True):
                small = make_thumbnail(row[contract.IMAGE][0], self._thumbnail_size)
                path = os.path.join(self._thumbnails_folder, name)
                with tf.io.gfile.GFile(path, "wb") as file:
                    file.write(small)
        embeddings = embed_batch(self._model, rows)
        return Items(
            ids=np.array([example_fields.video_id(row) for row in rows]),
            times=np.array([row[contract.VIDEO_TIME][0] for row in rows], np.float32),
            labels=np.array([example_fields.label(row) for row in rows]),
            thumbnails=np.array(names if self._thumbnail_size else [""] * len(rows)),
            image=VectorTable.of(embeddings.image, self._dtype),
            audio=VectorTable.of(embeddings.audio, self._dtype),
        )


def items_path(folder: str, number: int) -> str:
    """The file of the items of the file of examples with a number."""
    return os.path.join(folder, f"{number:05d}.npz")
