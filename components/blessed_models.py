"""A folder that keeps every blessed model, for runners whose metadata can't be asked.

Each model is a numbered version: a copy of its whole Model artifact, with the weights to train on
from, and a file that is written last. Pushed models are kept elsewhere, for a model server: they lack
those weights, and those that can't be served.
"""

from __future__ import annotations

import os

import tensorflow as tf

from objects_that_sound.components.copy_folder import copy_folder
from objects_that_sound.components.folder_names import newest_first
from objects_that_sound.components.next_version import next_version

NO_VERSION = "none"
"""In place of a version: there is no blessed model."""

_COMPLETE = "COMPLETE"
_NO_MODEL = "NO_MODEL"


def add_model(folder: str, model: str) -> str:
    """Copies a model into the folder.

    Args:
        folder: path, here or on any storage that TensorFlow knows; it is made.
        model: folder of a Model artifact.

    Returns:
        The version; see `next_version`.
    """
    version = next_version(folder)
    path = os.path.join(folder, version)
    copy_folder(model, path)
    with tf.io.gfile.GFile(os.path.join(path, _COMPLETE), "w") as file:
        file.write(model)
    return version


def latest_version(folder: str) -> str:
    """The version that was added last, or NO_VERSION; what was not copied whole does not count."""
    for version in newest_first(folder):
        if tf.io.gfile.exists(os.path.join(folder, version, _COMPLETE)):
            return version
    return NO_VERSION


def read_model(folder: str, version: str, model: str) -> None:
    """Copies a version out of the folder.

    Args:
        folder: path that `add_model` wrote to.
        version: name of the version; NO_VERSION for a model that `is_no_model` tells.
        model: folder of a Model artifact, to write.

    Raises:
        FileNotFoundError: there is no such version.
    """
    if version == NO_VERSION:
        tf.io.gfile.makedirs(model)
        # An object store has no empty folders.
        with tf.io.gfile.GFile(os.path.join(model, _NO_MODEL), "w") as file:
            file.write("no model was blessed before\n")
        return
    path = os.path.join(folder, version)
    if not tf.io.gfile.exists(os.path.join(path, _COMPLETE)):
        raise FileNotFoundError(f"there is no blessed model {path}")
    copy_folder(path, model)
    tf.io.gfile.remove(os.path.join(model, _COMPLETE))


def is_no_model(model: str) -> bool:
    """Whether a Model artifact's folder means "no model": runners without optional inputs need one."""
    return tf.io.gfile.exists(os.path.join(model, _NO_MODEL))
