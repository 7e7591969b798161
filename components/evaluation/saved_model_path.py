"""Finds the SavedModel that a path means."""

from __future__ import annotations

import os

import tensorflow as tf

from objects_that_sound.components.folder_names import newest_first

_MODEL_FILE = "saved_model.pb"
_SERVING_FOLDER = "Format-Serving"  # of a Model artifact; TFX is not imported on Beam's workers


def saved_model_path(path: str) -> str:
    """Finds a SavedModel's folder.

    Args:
        path: the folder itself, one of numbered versions (a model server's base path; the newest
            is taken), or the `uri` of a TFX Model artifact.

    Returns:
        The folder that holds `saved_model.pb`.

    Raises:
        FileNotFoundError: there is none.
    """
    # A version without that file is still being pushed.
    versions = [os.path.join(path, version) for version in newest_first(path)]
    for folder in (path, os.path.join(path, _SERVING_FOLDER), *versions):
        if tf.io.gfile.exists(os.path.join(folder, _MODEL_FILE)):
            return folder
    raise FileNotFoundError(
        f"no model in {path}: give a SavedModel's folder, a folder of numbered versions, or a Model "
        f"artifact's folder"
    )
