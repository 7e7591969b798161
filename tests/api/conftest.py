"""A model with this project's signatures, in a folder and behind a server, and files to ask about."""

from __future__ import annotations

import pathlib
import wave
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import objects_that_sound as ots
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

RATE = 8000


class _Model(tf.Module):
    """Knows a picture by its brightness and a second of sound by its loudness, both 0..1."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, n) for n in ("image", "audio")])
    def score(self, image, audio):
        return {"score": self._brightness(image) * self._loudness(audio)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, n) for n in ("image", "audio")])
    def localise(self, image, audio):
        cold = tf.zeros([tf.shape(image)[0], 4, 4])
        return {
            "heatmap": cold + tf.one_hot(1, 4)[:, None] * tf.one_hot(3, 4),  # row 1, column 3
            "score": self._brightness(image) * self._loudness(audio),
            "crop_box": tf.tile([[0.0, 0.25, 1.0, 0.75]], [tf.shape(image)[0], 1]),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])
    def embed_image(self, image):
        return {"embedding": _unit(self._brightness(image))}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "audio")])
    def embed_audio(self, audio):
        return {"embedding": _unit(self._loudness(audio))}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, "image"),
            tf.TensorSpec([None], tf.int32, "k"),
        ]
    )
    def search_by_image(self, image, k):
        return self._found(self._brightness(image), k)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, "audio"),
            tf.TensorSpec([None], tf.int32, "k"),
        ]
    )
    def search_by_audio(self, audio, k):
        return self._found(self._loudness(audio), k)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def describe(self, query):
        facts = {"sample_rate": RATE, "image_size": 32, "embedding_size": 2}
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}

    def _found(self, value, k):
        shape = [tf.shape(value)[0], k[0]]
        return {
            "ids": tf.fill(shape, "a <b>.mp4"),
            "times": tf.fill(shape, 1.84),
            "scores": tf.tile(value[:, None], [1, k[0]]),
            "labels": tf.fill(shape, "dog"),
            "thumbnails": tf.fill(shape, "assets.extra/thumbnails/a.jpg"),
        }

    def _brightness(self, image):
        return tf.map_fn(
            lambda b: tf.reduce_mean(tf.cast(tf.io.decode_image(b, 3, tf.uint8, False), tf.float32)),
            image,
            fn_output_signature=tf.float32,
        ) / 255  # fmt: skip

    def _loudness(self, audio):
        samples = tf.io.decode_raw(audio, tf.int16, fixed_length=2 * RATE)
        return tf.reduce_max(tf.abs(tf.cast(samples, tf.float32)), 1) / 32768


def _unit(value):
    return tf.stack([value, tf.sqrt(1 - value**2)], 1)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of numbered versions, as a run pushes."""
    folder = tmp_path_factory.mktemp("pushed") / "objects-that-sound"
    model = _Model()
    names = (
        *("score", "localise", "embed_image", "embed_audio"),
        *("search_by_image", "search_by_audio", "describe"),
    )
    tf.saved_model.save(model, str(folder / "1"), {name: getattr(model, name) for name in names})
    thumbnails = folder / "1" / "assets.extra" / "thumbnails"
    thumbnails.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(thumbnails / "a.jpg")
    return folder


@pytest.fixture(scope="session")
def model_server(model_folder: pathlib.Path) -> Iterator[ModelServer]:
    """A server of it."""
    options = ModelServerOptions(
        model_folder,
        model_name="objects-that-sound",
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
    )
    with ModelServer(options) as running:
        yield running


@pytest.fixture(params=["in process", "grpc", "rest"])
def where(
    request: pytest.FixtureRequest, model_folder: pathlib.Path, model_server: ModelServer
) -> str:
    """What `ots.load` is given: a folder, and the addresses of both protocols."""
    return {
        "in process": str(model_folder),
        "grpc": f"127.0.0.1:{model_server.port}",
        "rest": f"http://127.0.0.1:{model_server.rest_api_port}",
    }[request.param]


@pytest.fixture
def model(model_folder: pathlib.Path) -> Iterator[ots.Model]:
    """The model in this process."""
    with ots.load(model_folder) as model:
        yield model


@pytest.fixture(scope="session")
def tone() -> np.ndarray:
    """float32 [n]: 3 s at 16 kHz, of amplitude 0.5 in the second around 2.4 s, else of 0.05."""
    time = np.arange(3 * 16000) / 16000
    loud = np.where(abs(time - 2.4) < 0.55, 0.5, 0.05)
    return (np.sin(time * 2 * np.pi * 400) * loud).astype(np.float32)


@pytest.fixture(scope="session")
def sound_file(tmp_path_factory: pytest.TempPathFactory, tone: np.ndarray) -> pathlib.Path:
    """The tone as a WAV file of two channels."""
    path = tmp_path_factory.mktemp("sound") / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.repeat((tone * 32767).astype("<i2"), 2).tobytes())
    return path


def write_video(path: pathlib.Path, seconds: float = 3.0) -> None:
    """Black, and white from 1.5 s on; a tone of amplitude 0.25."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sounds = container.add_stream("aac", rate=16000, layout="mono")
        for number in range(round(10 * seconds)):
            pixels = np.full((48, 64, 3), 0 if number < 15 else 255, np.uint8)
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(pictures.encode())
        time = np.arange(round(seconds * 16000)) / 16000
        tone = (np.sin(time * 2 * np.pi * 400) * 8192).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, 0, Fraction(1, 16000)
        container.mux(sounds.encode(frame))
        container.mux(sounds.encode())


@pytest.fixture(scope="session")
def video_file(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("video") / "clip & co.mp4"
    write_video(path)
    return path
