"""Examples in which a colour goes with a tone."""

from __future__ import annotations

import io
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.models import examples
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.sound_codec import AudioCodec, encode_sound

SAMPLE_RATE = 800
COLOURS = ((230, 30, 30), (30, 200, 30), (40, 40, 230), (220, 220, 40))
TONES = (50, 110, 200, 310)
"""In Hz; one a colour."""


@pytest.fixture(scope="session")
def encode_image() -> Callable[..., bytes]:
    """`encode_image(pixels, "png" or "jpeg")`: the file's bytes of uint8 [height, width, 3]."""

    def encode(pixels: np.ndarray, kind: str = "jpeg") -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, kind, quality=95)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="session")
def tone() -> Callable[..., np.ndarray]:
    """`tone(frequency, amplitude, phase)`: 1 s of a sine, int16 [SAMPLE_RATE]."""

    def make(frequency: float, amplitude: float = 0.5, phase: float = 0.0) -> np.ndarray:
        time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
        wave = amplitude * np.sin(2 * np.pi * frequency * time + phase)
        return np.round(32767 * wave).astype("<i2")

    return make


@pytest.fixture(scope="session")
def random_media() -> Callable[[NetworkConfig, int], tuple[np.ndarray, np.ndarray]]:
    """`random_media(config, batch)`: noise as uint8 images and int16 sounds of a network's sizes."""

    def make(config: NetworkConfig, batch: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(3)
        # Every example has a level of its own, or noise would look like noise to the network.
        levels = rng.uniform(0.1, 1.0, [batch, 1, 1, 1])
        images = rng.integers(0, 256, [batch, *config.image_shape]) * levels
        sounds = rng.integers(-20000, 20000, [batch, config.sample_rate]) * levels[:, 0, 0]
        return images.astype(np.uint8), sounds.astype(np.int16)

    return make


@pytest.fixture(scope="session")
def write_examples(encode_image, tone) -> Callable[..., str]:
    """`write_examples(folder, count, frame_shape)`: a gzipped TFRecord's path.

    Colour and tone of an example are those of class i % 4, with noise. The group is the class, so
    that sounds that cannot be told apart are never negatives. `pixels` are those of all images;
    with `frames`, every example has these as well. Sounds are stored by `audio_codec`.
    """

    def write(
        folder: pathlib.Path,
        count: int,
        frame_shape: Sequence[int] = (20, 28),
        pixels: np.ndarray | None = None,
        frames: Sequence[np.ndarray] = (),
        audio_codec: AudioCodec = "pcm",
    ) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        path = str(folder / "data_tfrecord-00000-of-00001.gz")
        rng = np.random.default_rng(count)
        with tf.io.TFRecordWriter(path, "GZIP") as writer:
            for i in range(count):
                kind = i % len(COLOURS)
                noise = rng.normal(0, 12, [*frame_shape, 3])
                frame = np.clip(np.array(COLOURS[kind]) + noise, 0, 255).astype(np.uint8)
                pcm = tone(TONES[kind], rng.uniform(0.2, 0.9), rng.uniform(0, 6)).tobytes()
                sound = {examples.AUDIO: pcm}
                if audio_codec != "pcm":
                    sound = {examples.ENCODED_AUDIO: encode_sound(pcm, SAMPLE_RATE, audio_codec)}
                example = examples.make_example(
                    {
                        **sound,
                        examples.VIDEO_ID: f"video{i}",
                        examples.VIDEO_GROUP: f"class{kind}",
                        examples.VIDEO_TIME: 1.0,
                        examples.IMAGE: encode_image(frame if pixels is None else pixels),
                        examples.AUDIO_SAMPLE_RATE: SAMPLE_RATE,
                        examples.FRAMES: [encode_image(each) for each in frames],
                    }
                )
                writer.write(example.SerializeToString())
        return path

    return write
