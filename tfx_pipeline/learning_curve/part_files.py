"""TFRecords of examples, counted and copied by their scenes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

import tensorflow as tf

from objects_that_sound.models import examples as contract

_BATCH = 256
# Gzip for TFX's sake, but uncompressed inside, as ingest writes them.
_OPTIONS = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)


def clips_by_scene(files: Sequence[str]) -> dict[bytes, int]:
    """Counts the videos of each group.

    Args:
        files: paths of gzipped TFRecords of examples.
    """
    videos: dict[bytes, set[bytes]] = {}
    for _, group, video in (row for file in files for row in _records(file)):
        videos.setdefault(group, set()).add(video)
    return {group: len(found) for group, found in videos.items()}


def copy_scenes(files: Sequence[str], scenes: Collection[bytes], folder: str) -> None:
    """Copies the examples of some scenes, each file to one with fewer examples.

    Args:
        files: paths of gzipped TFRecords of examples.
        scenes: names of the groups of videos.
        folder: folder that gets the files; it is made. A file that holds nothing of these scenes is
            left out.
    """
    os.makedirs(folder, exist_ok=True)
    for number, file in enumerate(files):
        kept = [record for record, group, _ in _records(file) if group in scenes]
        if kept:
            with tf.io.TFRecordWriter(os.path.join(folder, f"{number:05}.gz"), _OPTIONS) as writer:
                for record in kept:
                    writer.write(record)


def _records(file: str) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Serialized example, group and video of each."""
    names = (contract.VIDEO_GROUP, contract.VIDEO_ID)
    spec = {name: tf.io.FixedLenFeature([], tf.string) for name in names}
    for batch in tf.data.TFRecordDataset(file, compression_type="GZIP").batch(_BATCH):
        parsed = tf.io.parse_example(batch, spec)
        yield from zip(batch.numpy(), *(parsed[name].numpy() for name in names), strict=True)
