"""Writes the thumbnails, sounds and spectrogram pictures that a report shows."""

from __future__ import annotations

import io
import wave

import matplotlib
import numpy as np
import tensorflow as tf
from PIL import Image

from objects_that_sound.components.evaluation.log_spectrogram import log_spectrogram
from objects_that_sound.components.evaluation.thumbnail import make_thumbnail

_JPEG_QUALITY = 85
_THUMBNAIL_SIDE = 192  # the longer one, in pixels
_SPECTROGRAM_SIZE = (200, 80)


def write_thumbnail(path: str, image: bytes) -> None:
    """Writes a small JPEG of an encoded JPEG or PNG."""
    _write(path, make_thumbnail(image, _THUMBNAIL_SIDE))


def write_jpeg(path: str, picture: Image.Image) -> None:
    """Writes a picture as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    _write(path, buffer.getvalue())


def write_wav(path: str, pcm: bytes, sample_rate: int) -> None:
    """Writes int16 little-endian mono samples as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)
    _write(path, buffer.getvalue())


def write_spectrogram(path: str, pcm: bytes) -> None:
    """Writes the picture of a sound's log-spectrogram as PNG, low frequencies at the bottom."""
    spectrogram = log_spectrogram(pcm)[::-1]  # [frequencies, frames]
    top = float(spectrogram.max())
    # 60 dB below the loudest is black: quieter than that is not heard beside it.
    bottom = top - 60.0 / 20.0 * np.log(10.0)
    level = np.clip((spectrogram - bottom) / (top - bottom), 0.0, 1.0)
    pixels = matplotlib.colormaps["magma"](level, bytes=True)[..., :3]
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize(_SPECTROGRAM_SIZE, Image.Resampling.BILINEAR).save(buffer, "PNG")
    _write(path, buffer.getvalue())


def _write(path: str, content: bytes) -> None:
    with tf.io.gfile.GFile(path, "wb") as file:
        file.write(content)
