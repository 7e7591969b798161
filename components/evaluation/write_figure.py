"""Writes a matplotlib figure."""

from __future__ import annotations

import io

from matplotlib.figure import Figure
from tfx.dsl.io import fileio


def write_figure(path: str, figure: Figure) -> None:
    """Writes a figure as PNG, on any file system that TFX knows."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    with fileio.open(path, "wb") as file:
        file.write(buffer.getvalue())
