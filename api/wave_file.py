"""Sound as a WAV file in memory."""

from __future__ import annotations

import io
import numbers
import wave

import numpy as np

_MAX_CHANNELS = 64
"""More of them are samples, the wrong way round."""
_MIN_RATE, _MAX_RATE = 100, 1_000_000
_MAX_OVERSHOOT = 4.0


def wave_file(samples: np.ndarray, sample_rate: int) -> bytes:
    """The bytes of a WAV file.

    Args:
        samples: int16, or floats in -1..1, [n] or [n, channels]. Floats that are a little beyond, as
            resampling makes them, are clipped.
        sample_rate: of the samples, in Hz.

    Raises:
        TypeError: they are of another type or shape.
        ValueError: there are none, some are no numbers or far beyond -1..1, or no sound has such a
            rate.
    """
    samples = np.asarray(samples)
    if samples.ndim not in (1, 2) or (samples.ndim == 2 and samples.shape[1] > _MAX_CHANNELS):
        raise TypeError(f"sound is [n] or [n, channels], not {list(samples.shape)}")
    if not isinstance(sample_rate, numbers.Real):
        raise TypeError(f"sample_rate is a number, not {sample_rate!r}")
    if not _MIN_RATE <= sample_rate <= _MAX_RATE:
        raise ValueError(f"sample_rate must be {_MIN_RATE} to {_MAX_RATE} Hz, not {sample_rate}")
    if not samples.size:
        raise ValueError("there are no samples in the sound")
    if np.issubdtype(samples.dtype, np.floating):
        if not np.isfinite(samples).all():
            raise ValueError("some samples of the sound are not finite")
        if (loudest := np.abs(samples).max()) > _MAX_OVERSHOOT:
            raise ValueError(
                f"floats are in -1..1, but a sample of the sound is {loudest:g}; divide those of 16 "
                "bits by 32768"
            )
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
