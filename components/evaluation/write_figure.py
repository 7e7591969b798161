"""Writes a matplotlib figure on any file system that TensorFlow knows."""

from __future__ import annotations

import io
import os

import tensorflow as tf
from matplotlib.figure import Figure


def write_figure(path: str, figure: Figure) -> None:
    """Writes a figure as PNG, and the folders above it where they are missing."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    tf.io.gfile.makedirs(os.path.dirname(path))
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(buffer.getvalue())
