"""From files of examples to an index, without TFX."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence

import apache_beam as beam
import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.search_indexer.check_index import check_index
from objects_that_sound.components.search_indexer.embed_files import embed_files
from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.search_index import THUMBNAILS, SearchIndex
from objects_that_sound.components.search_indexer.write_warmup_requests import write_warmup_requests
from objects_that_sound.models import examples as contract

_PROBES = 4


def build_index(
    folder: str,
    files: Sequence[str],
    model_folder: str,
    *,
    work_folder: str,
    pipeline: beam.Pipeline,
    dtype: str = "int16",
    thumbnail_size: int = 128,
    batch_size: int = 32,
) -> int:
    """Embeds examples on Beam and writes the index (see `SearchIndex`).

    Args:
        folder: for the SavedModel, thumbnails and warm-up requests in its `assets.extra`.
        files: gzipped TFRecords of the contract of `models.examples`, in the index's order.
        model_folder: of a SavedModel with signatures `embed_image` and `embed_audio`.
        work_folder: for what Beam's workers hand over; all of them must see it. Removed.
        pipeline: to run; an empty one.
        dtype: what vectors are stored as; one of `DTYPES`.
        thumbnail_size: longest side in pixels; 0 for no thumbnails.
        batch_size: examples a call of the model.

    Returns:
        How many items the index has.

    Raises:
        ValueError: there are no examples, an embedding is not finite, or an example has not the
            frames that the model looks at.
        ExportError: the index's answers are not what they should be.
        RuntimeError: Beam lost a file.
    """
    parts = list(
        embed_files(
            files,
            model_folder,
            work_folder=work_folder,
            pipeline=pipeline,
            dtype=dtype,
            thumbnails_folder=os.path.join(folder, THUMBNAILS),
            thumbnail_size=thumbnail_size,
            batch_size=batch_size,
        )
    )
    if not parts:
        raise ValueError("there are no examples to index")
    items = Items.concatenate(parts)
    SearchIndex(model_folder, items).save(folder)
    probes = list(itertools.islice((row for path in files for row in _read(path, 2)), _PROBES))
    model = SavedModel(model_folder)
    check_index(folder, model, items, probes)
    image = example_fields.image_input(probes[0], model.frames)
    write_warmup_requests(folder, image, probes[0][contract.AUDIO][0])
    return len(items)


def _read(path: str, count: int) -> list[dict[str, list]]:
    records = tf.data.TFRecordDataset(path, compression_type="GZIP").take(count)
    return [contract.read_example(record) for record in records.as_numpy_iterator()]
