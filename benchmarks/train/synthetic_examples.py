"""Examples as VideoExampleGen stores them, of noise."""

from __future__ import annotations

import io
import pathlib

import numpy as np
import tensorflow as tf
from PIL import Image

from objects_that_sound.models import examples
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.sound_codec import AudioCodec, encode_sound

_SHARDS = 4
_ROUGHNESS = 1.8
"""Amplitude falls with this power of frequency: frames of 342x256 have 23 kB, as real videos' do."""
_LOWEST_HZ = 100
_LOUDNESS = 3300  # -20 dBFS


def write_synthetic_examples(
    folder: pathlib.Path, config: NetworkConfig, count: int, audio_codec: AudioCodec = "pcm"
) -> tuple[list[str], float]:
    """Writes TFRecords of `count` examples.

    Args:
        folder: to write to.
        config: sizes of frames (4:3) and sounds.
        count: of examples.
        audio_codec: how sounds are stored.

    Returns:
        The files, and the mean size of a JPEG in bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    files = [str(folder / f"data-{shard:05}-of-{_SHARDS:05}.gz") for shard in range(_SHARDS)]
    options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)
    bytes_written = 0
    for shard, file in enumerate(files):
        with tf.io.TFRecordWriter(file, options) as writer:
            for number in range(shard, count, _SHARDS):
                jpeg = _frame(rng, config.image_size)
                bytes_written += len(jpeg)
                pcm = _sound(rng, config.sample_rate)
                sound = {examples.AUDIO: pcm}
                if audio_codec != "pcm":
                    encoded = encode_sound(pcm, config.sample_rate, audio_codec)
                    sound = {examples.ENCODED_AUDIO: encoded}
                example = examples.make_example(
                    {
                        **sound,
                        examples.VIDEO_ID: f"video{number}",
                        examples.VIDEO_GROUP: f"video{number}",
                        examples.VIDEO_TIME: 0.5,
                        examples.IMAGE: jpeg,
                        examples.IMAGE_BRIGHTNESS: 0.5,
                        examples.AUDIO_SAMPLE_RATE: config.sample_rate,
                        examples.AUDIO_LOUDNESS: -16.0,
                    }
                )
                writer.write(example.SerializeToString())
    return files, bytes_written / count


def _sound(rng: np.random.Generator, rate: int) -> bytes:
    """Noise whose power falls with the square of frequency, as that of many recordings does."""
    frequency = np.maximum(np.arange(rate // 2 + 1), _LOWEST_HZ)
    noise = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    wave = np.fft.irfft(noise / frequency, rate)
    return np.clip(np.round(_LOUDNESS * wave / wave.std()), -32768, 32767).astype("<i2").tobytes()


def _frame(rng: np.random.Generator, short_side: int) -> bytes:
    shape = (short_side, short_side * 4 // 3)
    grey, red = _clouds(rng, shape), _clouds(rng, shape)
    pixels = 128 + 45 * grey[..., None] + 12 * red[..., None] * np.array([1, 0, -1])
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "jpeg", quality=95)
    return buffer.getvalue()


def _clouds(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Noise with the spectrum of pictures, mean 0 and variance 1."""
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None])
    frequency[0, 0] = 1
    noise = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    clouds = np.fft.irfft2(noise / frequency**_ROUGHNESS, shape)
    return (clouds - clouds.mean()) / clouds.std()
