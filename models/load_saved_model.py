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
    # TensorFlow writes a new identity with each save; the file's time has whole seconds only.
    identity = os.path.join(folder, "fingerprint.pb")
    if not tf.io.gfile.exists(identity):
        return tf.saved_model.load(folder)
    with tf.io.gfile.GFile(identity, "rb") as file:
        return _load(folder, file.read())


@functools.lru_cache(_KEPT)
def _load(folder: str, identity: bytes) -> Any:
    return tf.saved_model.load(folder)
