"""Loads SavedModels, each once."""

from __future__ import annotations

import functools
import os
from typing import Any

import tensorflow as tf

_KEPT = 2  # a candidate, and the model that it is compared with


def load_saved_model(folder: str) -> Any:
    """Loads a SavedModel, or gives the one that this process has loaded of the folder before.

    Loading takes seconds of CPU time, and a run asks for the same model in every component. A model
    that was written anew since is loaded anew. Nobody may change what is given.

    Args:
        folder: folder that holds `saved_model.pb`.

    Raises:
        OSError: there is no SavedModel, or it is damaged.
    """
    try:
        written = tf.io.gfile.stat(os.path.join(folder, "saved_model.pb"))
    except tf.errors.NotFoundError:
        return tf.saved_model.load(folder)  # which says what is missing
    return _load(folder, written.mtime_nsec, written.length)


@functools.lru_cache(_KEPT)
def _load(folder: str, *written: int) -> Any:
    return tf.saved_model.load(folder)
