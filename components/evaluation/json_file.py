"""JSON files on any file system that TensorFlow knows."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any


def write_json(path: str, content: Mapping | list) -> None:
    """Writes a JSON file, and the folders above it where they are missing.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
    """
    import tensorflow as tf

    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    tf.io.gfile.makedirs(os.path.dirname(path))
    with tf.io.gfile.GFile(path, "w") as file:
        file.write(text)


def read_json(path: str) -> Any:
    """Reads a JSON file; None where there is no such file."""
    if "://" not in path:  # commands that only read what a run left must not wait for TensorFlow
        file = pathlib.Path(path)
        return json.loads(file.read_text()) if file.is_file() else None
    import tensorflow as tf

    if not tf.io.gfile.exists(path):
        return None
    with tf.io.gfile.GFile(path) as file:
        return json.load(file)
