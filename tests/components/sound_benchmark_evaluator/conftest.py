"""Tiny benchmarks of synthesized sounds in each published layout."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable

import av
import numpy as np
import pytest

RATE = 16000
CLASSES = ("bird", "bell", "motor")
_FREQUENCIES = {"bird": 2500.0, "bell": 900.0, "motor": 300.0}
_CODECS = {".wav": "pcm_s16le", ".flac": "flac", ".ogg": "libopus", ".mp3": "libmp3lame"}


def make_sound(label: str, seed: int, seconds: float = 1.6, rate: int = RATE) -> np.ndarray:
    """Bursts of a class's tone at random times, in noise: int16 [n]."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = _FREQUENCIES[label] * random.uniform(0.97, 1.03)
    level = np.zeros_like(time)
    for start in random.uniform(0, seconds, 6):
        level += (time > start) * np.exp(-8 * np.maximum(0, time - start))
    wave = 0.3 * level * np.sin(2 * np.pi * pitch * time) + random.normal(0, 0.02, len(time))
    return np.clip(32767 * wave, -32768, 32767).astype(np.int16)


def write_sound(path: pathlib.Path, samples: np.ndarray, rate: int = RATE, out_rate: int = 48000):
    """Writes mono sound in the format of the suffix, at another rate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as output:
        stream = output.add_stream(_CODECS[path.suffix], rate=out_rate, layout="mono")
        context = stream.codec_context
        resampler = av.AudioResampler(
            context.format.name, "mono", out_rate, context.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate = rate
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            if piece is not None:
                output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return path


def write_esc(folder: pathlib.Path, folds: int = 2, each: int = 3, suffix: str = ".wav"):
    """A folder in ESC-50's layout: `each` clips of each class in each fold."""
    rows = []
    for fold in range(1, folds + 1):
        for target, label in enumerate(CLASSES):
            for k in range(each):
                source = 1000 * fold + 100 * target + k
                name = f"{fold}-{source}-A-{target}{suffix}"
                write_sound(folder / "audio" / name, make_sound(label, source))
                rows.append([name, fold, target, label, str(label != "motor"), source, "A"])
    write_csv(
        folder / "meta" / "esc50.csv",
        ["filename", "fold", "target", "category", "esc10", "src_file", "take"],
        rows,
    )
    return folder


def write_csv(path: pathlib.Path, header: list[str], rows: list[list]) -> None:
    """Writes a CSV file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="session")
def sound() -> Callable[..., np.ndarray]:
    """The function `make_sound`."""
    return make_sound


@pytest.fixture(scope="session")
def save_sound() -> Callable[..., pathlib.Path]:
    """The function `write_sound`."""
    return write_sound


@pytest.fixture(scope="session")
def save_csv() -> Callable[..., None]:
    """The function `write_csv`."""
    return write_csv


@pytest.fixture(scope="session")
def save_esc() -> Callable[..., pathlib.Path]:
    """The function `write_esc`."""
    return write_esc
