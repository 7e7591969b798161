"""Reads the examples of Examples artifacts' folders into plain Python values."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from typing import TypeVar

import tensorflow as tf

from objects_that_sound.components.folder_names import folder_names
from objects_that_sound.models import examples as contract

T = TypeVar("T")

_SPLIT = "Split-"
"""Before the name of a split, in the name of its folder, as TFX has it."""


def read_examples(folders: Sequence[str], split: str) -> Iterator[dict[str, list]]:
    """Reads a split, example after example.

    Args:
        folders: folders of Examples artifacts (several spans are read one after another) whose
            files are gzipped TFRecords of the contract of `models.examples`.
        split: name of the split.

    Yields:
        By feature name, the feature's values.

    Raises:
        ValueError: a folder has no such split.
    """
    yield from map(contract.read_example, read_records(folders, split))


def read_records(folders: Sequence[str], split: str) -> Iterator[bytes]:
    """Reads a split's serialized examples; see `read_examples`."""
    yield from _records(folders, split).as_numpy_iterator()


def read_files(files: Sequence[str]) -> Iterator[dict[str, list]]:
    """Reads examples of files, gzipped TFRecords; see `read_examples`."""
    records = tf.data.TFRecordDataset(list(files), compression_type="GZIP")
    yield from map(contract.read_example, records.as_numpy_iterator())


def count_examples(folders: Sequence[str], split: str) -> int:
    """Counts a split's examples (for progress bars)."""
    return int(_records(folders, split).reduce(tf.constant(0, tf.int64), lambda n, _: n + 1))


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


def splits(folder: str) -> list[str]:
    """Names the splits of an Examples artifact's folder; none where it is no such folder."""
    names = folder_names(folder)
    return [name.removeprefix(_SPLIT) for name in names if name.startswith(_SPLIT)]


def split_folder(folder: str, split: str) -> str:
    """The folder of a split in that of an Examples artifact."""
    return os.path.join(folder, f"{_SPLIT}{split}")


def split_pattern(folder: str, split: str) -> str:
    """The pattern that a split's files match, whatever characters the folder's own name has."""
    return os.path.join(glob.escape(split_folder(folder, split)), "*")


def check_split(folders: Sequence[str], split: str) -> None:
    """Refuses folders without a split.

    Raises:
        ValueError: there is one; says which splits it has.
    """
    for folder in folders:
        if split not in splits(folder):
            raise ValueError(f"there is no split {split!r} in {folder}, only {splits(folder)}")


def _records(folders: Sequence[str], split: str) -> tf.data.TFRecordDataset:
    check_split(folders, split)
    files = []
    for folder in folders:
        files += tf.io.gfile.glob(split_pattern(folder, split))
    return tf.data.TFRecordDataset(sorted(files), compression_type="GZIP")
