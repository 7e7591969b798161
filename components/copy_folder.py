"""Copies a folder, here or on any storage that TensorFlow reaches (gs://, s3://)."""

from __future__ import annotations

import os

import tensorflow as tf

from objects_that_sound.models.object_storage import reach


def copy_folder(source: str, target: str) -> None:
    """Makes a folder a copy of another.

    Args:
        source: existing folder.
        target: folder to write; what it held before is lost.

    Raises:
        ValueError: TensorFlow does not reach an address; see `reach`.
    """
    reach(source, target)
    if tf.io.gfile.exists(target):
        tf.io.gfile.rmtree(target)
    for folder, _, names in tf.io.gfile.walk(source):
        copy = os.path.normpath(os.path.join(target, os.path.relpath(folder, source)))
        tf.io.gfile.makedirs(copy)
        for name in names:
            tf.io.gfile.copy(os.path.join(folder, name), os.path.join(copy, name))
