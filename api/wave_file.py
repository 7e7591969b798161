"""Sound as a WAV file in memory."""

from __future__ import annotations

import io
import wave

import numpy as np


def wave_file(samples: np.ndarray, sample_rate: int) -> bytes:
    """The bytes of a WAV file.

    Args:
        samples: int16, or floats in -1..1, [n] or [n, channels].
        sample_rate: of the samples, in Hz.

    Raises:
        TypeError: they are of another type or shape.
        ValueError: there are none, or some are no numbers.
    """
    samples = np.asarray(samples)
    if samples.ndim not in (1, 2):
        raise TypeError(f"sound is [n] or [n, channels], not {list(samples.shape)}")
    if not samples.size or sample_rate < 1:
        raise ValueError(f"there is no sound in {list(samples.shape)} at {sample_rate} Hz")
    if np.issubdtype(samples.dtype, np.floating):
        if not np.isfinite(samples).all():
            raise ValueError("some samples of the sound are not finite")
        samples = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    elif samples.dtype != np.int16:
        raise TypeError(f"sound is int16, or floats in -1..1, not {samples.dtype}")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()
