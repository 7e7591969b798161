"""Writes a matplotlib figure."""

from __future__ import annotations

import io

import tensorflow as tf
from matplotlib.figure import Figure


def write_figure(path: str, figure: Figure) -> None:
    """Writes a figure as PNG, on any file system that TensorFlow knows."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(buffer.getvalue())
