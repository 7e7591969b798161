"""Reads the picture and the second of sound of a sample."""

from __future__ import annotations

import io
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from objects_that_sound.components.localisation_benchmark_evaluator.layouts.file_finder import (
    PICTURES,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import Moment, Sample
from objects_that_sound.components.media import media_error
from objects_that_sound.components.media.clips import probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.media.sound import decode_audio
from objects_that_sound.components.video_example_gen.decoder_pool import DecoderPool

_SERVED = {"JPEG", "PNG"}
"""Formats that the signatures decode."""


class Media(NamedTuple):
    """What a model looks at and hears.

    Attributes:
        picture: an encoded JPEG or PNG; several, in order of time, for a model of several frames.
        sound: int16 little-endian mono PCM, one second.
    """

    picture: bytes | list[bytes]
    sound: bytes


def read_media(sample: Sample, sample_rate: int, frames: int, pool: DecoderPool) -> Media:
    """Reads a sample's files.

    Args:
        sample: sample of a benchmark.
        sample_rate: rate that the model hears, in Hz.
        frames: number of frames that the model looks at; a still picture is shown that often.
        pool: processes that decode, so that no file can end this one.

    Raises:
        MediaError: a file can't be used; says why.
    """
    if pathlib.PurePath(sample.picture.path).suffix.lower() in PICTURES:
        still = _still(sample.picture.path)
        sound = _second(sample.sound, sample_rate, pool)
        return Media(still if frames == 1 else [still] * frames, sound)
    time = sample.picture.time
    if time is None:
        usable = pool.call(probe, sample.picture.path).usable
        if usable is None:
            raise MediaError(media_error.TOO_SHORT, "no moment with a whole second of sound")
        time = sum(usable) / 2
    [clip] = pool.call(
        read_clips, sample.picture.path, [time], sample_rate=sample_rate, frames=frames
    )
    sound = clip.pcm if sample.sound == sample.picture else _second(sample.sound, sample_rate, pool)
    return Media(clip.jpeg if frames == 1 else list(clip.frames), sound)


def _still(path: str) -> bytes:
    try:
        content = pathlib.Path(path).read_bytes()
        with Image.open(io.BytesIO(content)) as picture:
            if picture.format in _SERVED:
                picture.verify()
                return content
            buffer = io.BytesIO()
            picture.convert("RGB").save(buffer, "PNG")
            return buffer.getvalue()
    except (OSError, ValueError, SyntaxError) as error:  # PIL raises SyntaxError for a broken PNG
        raise MediaError(media_error.CANNOT_OPEN, f"{path}: {error}") from error


def _second(moment: Moment, sample_rate: int, pool: DecoderPool) -> bytes:
    sound = pool.call(decode_audio, moment.path, sample_rate)
    middle = len(sound) / 2 if moment.time is None else moment.time * sample_rate
    start = round(middle - sample_rate / 2)
    if start < 0 or start + sample_rate > len(sound):
        raise MediaError(
            media_error.TOO_SHORT,
            f"{moment.path} has no whole second of sound around {middle / sample_rate:.2f} s",
        )
    return sound[start : start + sample_rate].astype("<i2").tobytes()


def white_noise(sample_rate: int, seed: int) -> bytes:
    """Makes a second of white noise, as loud as a shout: int16 little-endian mono PCM."""
    noise = np.random.default_rng(seed).normal(0.0, 0.2, sample_rate)
    return np.round(np.clip(noise, -1, 1) * 32767).astype("<i2").tobytes()
