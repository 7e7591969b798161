"""Ways in which new videos may differ from those before."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageFilter

from objects_that_sound.components.media.loudness import loudness_dbfs
from objects_that_sound.models import examples as contract

Row = dict[str, list]
"""An example as `models.examples.read_example` gives it."""


def _picture(row: Row, change: Callable[[Image.Image], Image.Image]) -> Row:
    picture = change(Image.open(io.BytesIO(row[contract.IMAGE][0])).convert("RGB"))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95)
    brightness = float(np.asarray(picture.convert("L")).mean() / 255)
    return {**row, contract.IMAGE: [buffer.getvalue()], contract.IMAGE_BRIGHTNESS: [brightness]}


def _sound(row: Row, change: Callable[[np.ndarray], np.ndarray]) -> Row:
    samples = np.frombuffer(row[contract.AUDIO][0], "<i2").astype(np.float32)
    changed = np.clip(np.round(change(samples)), -32768, 32767).astype("<i2")
    return {
        **row,
        contract.AUDIO: [changed.tobytes()],
        contract.AUDIO_LOUDNESS: [loudness_dbfs(changed)],
    }


def _darker(share: float) -> Callable[[Row], Row]:
    return lambda row: _picture(row, lambda picture: picture.point(lambda value: value * share))


def _quieter(decibels: float) -> Callable[[Row], Row]:
    return lambda row: _sound(row, lambda samples: samples * 10 ** (-decibels / 20))


def _blurred(row: Row) -> Row:
    return _picture(row, lambda picture: picture.filter(ImageFilter.GaussianBlur(2)))


def _noisy(row: Row) -> Row:
    def change(samples: np.ndarray) -> np.ndarray:
        loudness = 32768 * 10 ** (-20 / 20)
        return samples + np.random.default_rng(len(row)).normal(0, loudness, len(samples))

    return _sound(row, change)


def _clipped(row: Row) -> Row:
    def change(samples: np.ndarray) -> np.ndarray:
        most = float(np.sqrt((samples**2).mean()))
        return np.clip(samples * 4, -most, most)

    return _sound(row, change)


CHANGES: Mapping[str, Callable[[Row], Row]] = {
    "sound 30 dB quieter": _quieter(30),
    "sound 6 dB quieter": _quieter(6),
    "sound 1 dB quieter": _quieter(1),
    "pictures at 30 % of their brightness": _darker(0.3),
    "pictures at 70 % of their brightness": _darker(0.7),
    "pictures at 95 % of their brightness": _darker(0.95),
    "pictures blurred": _blurred,
    "noise of -20 dBFS added": _noisy,
    "sound overdriven": _clipped,
}
"""Each changes an example alone."""


def with_sounds_of_others(rows: Sequence[Row]) -> list[Row]:
    """Gives each example the sound of another video: as if all videos were dubbed."""
    half = len(rows) // 2
    sound = (contract.AUDIO, contract.AUDIO_LOUDNESS)
    return [
        {**row, **{name: other[name] for name in sound}}
        for row, other in zip(rows, [*rows[half:], *rows[:half]], strict=True)
    ]
