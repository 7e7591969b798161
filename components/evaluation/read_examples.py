"""Reads the examples of TFX Examples artifacts into plain Python values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import tensorflow as tf
from tfx.types import artifact, artifact_utils
from tfx.utils import io_utils

from objects_that_sound.models import examples as contract

T = TypeVar("T")


def read_examples(artifacts: Sequence[artifact.Artifact], split: str) -> Iterator[dict[str, list]]:
    """Reads a split, example after example.

    Args:
        artifacts: Examples artifacts (several spans are read one after another) whose files are
            gzipped TFRecords of the contract of `models.examples`.
        split: name of the split.

    Yields:
        By feature name, the feature's values.

    Raises:
        ValueError: an artifact has no such split.
    """
    yield from map(contract.read_example, read_records(artifacts, split))


def read_records(artifacts: Sequence[artifact.Artifact], split: str) -> Iterator[bytes]:
    """Reads a split's serialized examples; see `read_examples`."""
    yield from _records(artifacts, split).as_numpy_iterator()


def count_examples(artifacts: Sequence[artifact.Artifact], split: str) -> int:
    """Counts a split's examples (for progress bars)."""
    return int(_records(artifacts, split).reduce(tf.constant(0, tf.int64), lambda n, _: n + 1))


def batched(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Gathers items into lists of `size` (the last may be shorter)."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _records(artifacts: Sequence[artifact.Artifact], split: str) -> tf.data.TFRecordDataset:
    patterns = [
        io_utils.all_files_pattern(uri)
        for uri in artifact_utils.get_split_uris(list(artifacts), split)
    ]
    files = sorted(file for pattern in patterns for file in tf.io.gfile.glob(pattern))
    return tf.data.TFRecordDataset(files, compression_type="GZIP")
