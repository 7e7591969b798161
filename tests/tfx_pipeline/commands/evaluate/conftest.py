"""Small examples, a sound benchmark, and a network that has learned nothing."""

from __future__ import annotations

import csv
import io
import pathlib
import wave

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.models import examples as contract
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.signatures import ServingSignatures

GROUPS = 6
_RATE = 800
_SIZE = 20


@pytest.fixture(scope="session")
def model(tmp_path_factory, tiny_config) -> str:
    """The folder of an untrained network's SavedModel."""
    folder = str(tmp_path_factory.mktemp("model"))
    ServingSignatures(build_network(tiny_config(sample_rate=_RATE, image_size=_SIZE))).save(folder)
    return folder


@pytest.fixture(scope="session")
def examples(tmp_path_factory) -> str:
    """The folder of examples of noise: two of each of six groups, two classes, all with boxes."""
    random = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("examples")
    (folder / "Split-eval").mkdir()
    path = str(folder / "Split-eval" / "data-00000-of-00001.gz")
    with tf.io.TFRecordWriter(path, tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for number in range(2 * GROUPS):
            label = ("bell", "drum")[number % 2]
            features = {
                contract.VIDEO_ID: f"video{number // 2}.mp4",
                contract.VIDEO_GROUP: f"group{number // 2}",
                contract.VIDEO_TIME: float(number),
                contract.IMAGE: _jpeg(random),
                contract.IMAGE_BRIGHTNESS: 0.5,
                contract.AUDIO: random.normal(0, 3000, _RATE).astype("<i2").tobytes(),
                contract.AUDIO_SAMPLE_RATE: _RATE,
                contract.AUDIO_LOUDNESS: -20.0 - number,
                contract.LABEL: label,
                contract.VISIBLE_LABELS: [label],
                contract.BOX: [0.2, 0.2, 0.8, 0.8],
            }
            writer.write(contract.make_example(features).SerializeToString())
    return str(folder)


def _jpeg(random: np.random.Generator) -> bytes:
    buffer = io.BytesIO()
    pixels = random.integers(0, 256, (_SIZE, _SIZE, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def benchmark(tmp_path_factory) -> pathlib.Path:
    """A folder in ESC-50's layout: two folds, two classes of noise, two clips of each."""
    random = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("benchmark")
    for name in ("audio", "meta"):
        (folder / name).mkdir()
    rows = [
        (f"{fold}-{fold}{label}{take}-A-{label}.wav", fold, label)
        for fold in (1, 2)
        for label in (0, 1)
        for take in (0, 1)
    ]
    for name, _, label in rows:
        with wave.open(str(folder / "audio" / name), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(random.normal(0, 2000 * (1 + label), 8000).astype("<i2").tobytes())
    with open(folder / "meta" / "esc50.csv", "w", newline="") as file:
        csv.writer(file).writerows([("filename", "fold", "category"), *rows])
    return folder


@pytest.fixture(scope="session")
def own_boxes(benchmark, tmp_path_factory) -> pathlib.Path:
    """A folder of two pictures with a box and a sound each."""
    folder = tmp_path_factory.mktemp("own_boxes")
    sounds = sorted((benchmark / "audio").glob("*.wav"))[:2]
    rows = []
    for number, sound in enumerate(sounds):
        Image.new("RGB", (40, 30), (90 * number, 50, 20)).save(folder / f"{number}.png")
        rows.append((f"{number}.png", sound, 0, 0, 0.5, 0.5))
    with open(folder / "boxes.csv", "w", newline="") as file:
        csv.writer(file).writerows([("file", "sound", "xmin", "ymin", "xmax", "ymax"), *rows])
    return folder
