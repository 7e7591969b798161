"""Embeds files of examples on Beam."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import apache_beam as beam
import tensorflow as tf
from tqdm import tqdm

from objects_that_sound.components.search_indexer.embed_file import (
    EmbedFile,
    ExampleFile,
    items_path,
)
from objects_that_sound.components.search_indexer.items import Items


def embed_files(
    files: Sequence[str],
    model_folder: str,
    *,
    work_folder: str,
    pipeline: beam.Pipeline,
    dtype: str = "int16",
    thumbnails_folder: str = "",
    thumbnail_size: int = 0,
    batch_size: int = 32,
    videos: AbstractSet[str] | None = None,
) -> Iterator[Items]:
    """Embeds examples, file after file.

    Args:
        files: gzipped TFRecords of the contract of `models.examples`.
        model_folder: of a SavedModel with signatures `embed_image` and `embed_audio`.
        work_folder: for what Beam's workers hand over; all of them must see it. Removed.
        pipeline: to run; an empty one.
        dtype: what vectors are stored as; one of `DTYPES`.
        thumbnails_folder: for thumbnails.
        thumbnail_size: longest side in pixels; 0 for no thumbnails.
        batch_size: examples a call of the model.
        videos: ids of those whose examples are embedded; None for all.

    Yields:
        The items of each file that has some.

    Raises:
        ValueError: an embedding is not finite, or an example has not the frames that the model
            looks at.
        RuntimeError: Beam lost a file.
    """
    tf.io.gfile.makedirs(work_folder)
    embed = EmbedFile(
        model_folder,
        work_folder,
        thumbnails_folder,
        dtype=dtype,
        thumbnail_size=thumbnail_size,
        batch_size=batch_size,
        videos=videos,
    )
    elements = [ExampleFile(number, path) for number, path in enumerate(files)]
    _ = (
        pipeline
        | "Files" >> beam.Create(elements)
        | "Spread" >> beam.Reshuffle()
        | "Embed" >> beam.ParDo(embed)
    )
    with _progress(work_folder, len(files)):
        pipeline.run().wait_until_finish()
    for element in elements:
        path = items_path(work_folder, element.number)
        if not tf.io.gfile.exists(path):
            raise RuntimeError(f"Beam lost the embeddings of {element.path}; run again")
        items = Items.load(path)
        if len(items):
            yield items
    tf.io.gfile.rmtree(work_folder)


@contextlib.contextmanager
def _progress(folder: str, total: int) -> Iterator[None]:
    """A bar of the files that are done, wherever the workers are."""
    done = threading.Event()

    with tqdm(total=total, desc="Search index: embed", unit="file", disable=None) as bar:

        def watch() -> None:
            while not done.wait(1.0):
                show()

        def show() -> None:
            bar.n = sum(name.endswith(".npz") for name in tf.io.gfile.listdir(folder))
            bar.refresh()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            show()
