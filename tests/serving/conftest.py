"""Small SavedModels, and one model server for all tests of serving."""

from __future__ import annotations

import datetime
import io
import ipaddress
import pathlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

SAMPLE_RATE = 8000
IMAGE_SIZE = 32


class _Toy(tf.Module):
    """Signatures of many types; `scale` tells versions apart."""

    def __init__(self, scale: float):
        self.scale = tf.Variable(scale)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 2], tf.float32, "x"),
            tf.TensorSpec([None], tf.string, "tag"),
        ]
    )
    def pair(self, x, tag):
        return {"sum": tf.reduce_sum(x, 1) * self.scale, "tag": tag, "tag_bytes": tag}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def scaled(self, x):
        return {"y": x * self.scale}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.int32, "i32"),
            tf.TensorSpec([None], tf.int64, "i64"),
            tf.TensorSpec([None], tf.uint8, "u8"),
            tf.TensorSpec([None], tf.bool, "flag"),
            tf.TensorSpec([None], tf.float64, "f64"),
        ]
    )
    def types(self, i32, i64, u8, flag, f64):
        inputs = {"i32": i32, "i64": i64, "u8": u8, "flag": flag, "f64": f64}
        return {f"out_{name}": tf.identity(value) for name, value in inputs.items()}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])
    def decode(self, image):
        mean = tf.map_fn(
            lambda b: tf.reduce_mean(tf.cast(tf.io.decode_png(b), tf.float32)),
            image,
            fn_output_signature=tf.float32,
        )
        return {"mean": mean}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def unbatched(self, x):
        return {"y": x, "mean": tf.reduce_mean(x)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def scale_of(self, query):
        return {"scale": tf.fill(tf.shape(query), self.scale)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, "n")])
    def slow(self, n):
        return {"n": tf.while_loop(lambda i: i < n, lambda i: [i + 1], [0])[0]}


class _SoundModel(tf.Module):
    """This project's signatures with plain arithmetic behind them."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, n) for n in ("image", "audio")])
    def score(self, image, audio):
        return {"score": self._brightness(image) * self._loudness(audio)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image")])
    def embed_image(self, image):
        value = self._brightness(image)
        return {"embedding": tf.stack([value, tf.sqrt(1 - value**2)], 1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "audio")])
    def embed_audio(self, audio):
        value = self._loudness(audio)
        return {"embedding": tf.stack([value, tf.sqrt(1 - value**2)], 1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, n) for n in ("image", "audio")])
    def localise(self, image, audio):
        cold = tf.zeros([tf.shape(image)[0], 4, 4])
        hot = cold + tf.one_hot(1, 4)[:, None] * tf.one_hot(3, 4)  # row 1, column 3
        return {
            "heatmap": hot,
            "score": self._brightness(image) * self._loudness(audio),
            "crop_box": tf.tile([[0.0, 0.25, 1.0, 0.75]], [tf.shape(image)[0], 1]),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "query")])
    def describe(self, query):
        facts = {"sample_rate": SAMPLE_RATE, "image_size": IMAGE_SIZE, "embedding_size": 2}
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}

    def _brightness(self, image):
        return tf.map_fn(
            lambda b: (
                tf.reduce_mean(
                    tf.cast(tf.io.decode_image(b, 3, expand_animations=False), tf.float32)
                )
                / 255
            ),
            image,
            fn_output_signature=tf.float32,
        )

    def _loudness(self, audio):
        right = tf.debugging.assert_equal(
            tf.strings.length(audio),
            2 * SAMPLE_RATE,
            f"audio must be {2 * SAMPLE_RATE} bytes",
        )
        with tf.control_dependencies([right]):
            samples = tf.io.decode_raw(audio, tf.int16)  # [batch, samples]
        return tf.reduce_max(tf.abs(tf.cast(samples, tf.float32)), 1) / 32768


@pytest.fixture(scope="session")
def save_toy() -> Callable[[pathlib.Path, float], None]:
    """Writes a SavedModel whose outputs are scaled by a factor to a folder."""

    def save(folder: pathlib.Path, scale: float) -> None:
        toy = _Toy(scale)
        signatures = {
            "serving_default": toy.pair,
            "scaled": toy.scaled,
            "types": toy.types,
            "decode": toy.decode,
            "unbatched": toy.unbatched,
            "scale_of": toy.scale_of,
            "slow": toy.slow,
        }
        tf.saved_model.save(toy, str(folder), signatures=signatures)

    return save


@pytest.fixture(scope="session")
def toy_folder(
    save_toy: Callable[[pathlib.Path, float], None], tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """A base path with the toy as version 3, scaled by 2."""
    base_path = tmp_path_factory.mktemp("toy")
    save_toy(base_path / "3", 2.0)
    return base_path


@pytest.fixture(scope="session")
def server(toy_folder: pathlib.Path) -> Iterator[ModelServer]:
    """A server of the toy under the name `toy`, on any free ports."""
    options = ModelServerOptions(
        toy_folder,
        model_name="toy",
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
        max_request_bytes=1 << 20,
        rest_api_timeout_in_ms=2000,
        grace_seconds=2,
    )
    with ModelServer(options) as running:
        yield running


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server of a model with this project's signatures, as `objects-that-sound`."""
    base_path = tmp_path_factory.mktemp("sound_model")
    model = _SoundModel()
    names = ("score", "embed_image", "embed_audio", "localise", "describe")
    signatures = {name: getattr(model, name) for name in names}
    tf.saved_model.save(
        model, str(base_path / "7"), signatures=signatures | {"serving_default": model.score}
    )
    options = ModelServerOptions(
        base_path,
        model_name="objects-that-sound",
        port=None,
        rest_api_port=None,
        bind_address="127.0.0.1",
    )
    with ModelServer(options) as running:
        yield running


@pytest.fixture(scope="session")
def png() -> bytes:
    """A grey picture of 40 x 32 pixels, brightness 51 of 255."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((32, 40, 3), 51, np.uint8)).save(buffer, "png")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def pcm() -> bytes:
    """One second of sound with half the greatest amplitude."""
    wave = np.sin(np.arange(SAMPLE_RATE) * 2 * np.pi * 400 / SAMPLE_RATE) * 16384
    return np.round(wave).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def key_and_certificate() -> tuple[str, str]:
    """A key and a certificate for 127.0.0.1, signed by itself, as PEM."""
    x509 = pytest.importorskip("cryptography.x509", reason="makes the certificate of this test")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(encoding).decode()
