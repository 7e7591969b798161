"""What contestants share: the output side, so that they differ by how they decode."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import simplejpeg

IMAGE_SIZE = 256
SAMPLE_RATE = 48000
QUALITY = 95


def size_of(width: int, height: int) -> tuple[int, int]:
    """(width, height) scaled to the short side IMAGE_SIZE, even."""
    scale = IMAGE_SIZE / min(width, height)
    return 2 * round(width * scale / 2), 2 * round(height * scale / 2)


def frame_numbers(times: list[float], rate: Fraction | float) -> list[int]:
    """Number of the frame shown at each time, for a constant frame rate."""
    return [math.floor(time * rate + 1e-6) for time in times]


def encode(image: np.ndarray) -> bytes:
    """RGB uint8 [height, width, 3] to JPEG."""
    return simplejpeg.encode_jpeg(
        np.ascontiguousarray(image), quality=QUALITY, colorspace="RGB", colorsubsampling="420"
    )


def cut(samples: np.ndarray, start: float, times: list[float]) -> list[bytes]:
    """The second around each time out of mono int16 [n] that begins at `start` seconds."""
    begins = [round((time - 0.5 - start) * SAMPLE_RATE) for time in times]
    return [samples[begin : begin + SAMPLE_RATE].tobytes() for begin in begins]


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Float samples in -1..1 to int16."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
