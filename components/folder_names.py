"""Names what is in a folder, here or on any storage that TensorFlow reaches (gs://, s3://)."""

from __future__ import annotations

import tensorflow as tf

from objects_that_sound.models.object_storage import reach


def folder_names(folder: str) -> list[str]:
    """The names of a folder's files and folders, sorted; none where there is no such folder.

    Raises:
        ValueError: TensorFlow does not reach its address; see `reach`.
    """
    reach(folder)
    if not tf.io.gfile.isdir(folder):
        return []
    # Remote storage lists folders with a slash behind them.
    return sorted(name.rstrip("/") for name in tf.io.gfile.listdir(folder))


def newest_first(folder: str) -> list[str]:
    """The names that are numbers, as versions and executions have them, the highest first."""
    return sorted(filter(str.isdecimal, folder_names(folder)), key=int, reverse=True)
