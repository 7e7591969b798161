"""Files of benchmarks in their published layouts, with a coloured square that sounds with a tone."""

from __future__ import annotations

import io
import pathlib
import wave
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

_RATE = 4000
COLOURS = {"red": (220, 40, 40), "blue": (40, 40, 220)}
TONES = {"red": 200.0, "blue": 1000.0}


def write_wav(path: pathlib.Path, frequency: float, seconds: float = 3.0) -> pathlib.Path:
    """Writes a tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(_RATE * seconds)) / _RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes((8000 * np.sin(2 * np.pi * frequency * time)).astype("<i2").tobytes())
    return path


def write_picture(
    path: pathlib.Path, squares: Sequence[tuple[str, Sequence[float]]], side: int = 64
) -> pathlib.Path:
    """Writes a grey picture with coloured boxes of xmin, ymin, xmax, ymax in 0..1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((side, side, 3), 128, np.uint8)
    for colour, box in squares:
        x0, y0, x1, y1 = (round(side * value) for value in box)
        pixels[y0:y1, x0:x1] = COLOURS[colour]
    buffer = io.BytesIO()
    # Whatever the suffix says: what counts is that it can be decoded.
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    path.write_bytes(buffer.getvalue())
    return path


@pytest.fixture
def wav() -> Callable[..., pathlib.Path]:
    """The function `write_wav`."""
    return write_wav


@pytest.fixture
def picture() -> Callable[..., pathlib.Path]:
    """The function `write_picture`."""
    return write_picture
