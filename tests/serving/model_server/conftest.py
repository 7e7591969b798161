"""More small SavedModels: of tf.Examples, and one that tells how it was batched."""

from __future__ import annotations

import io
import pathlib
import struct
from collections.abc import Callable

import pytest
import tensorflow as tf
from PIL import Image

from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions

Save = Callable[[pathlib.Path, float], None]


class _ExamplesModel(tf.Module):
    """Classifies and regresses tf.Examples by their feature `x` times that of the context."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
    def classify(self, inputs):
        value = self._value(inputs)
        labels = tf.tile([["low", "high"]], [tf.shape(value)[0], 1])
        return {"classes": labels, "scores": tf.stack([1 - value, value], 1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "inputs")])
    def regress(self, inputs):
        return {"outputs": self._value(inputs)[:, None]}

    def _value(self, inputs):
        features = {
            "x": tf.io.FixedLenFeature([], tf.float32),
            "factor": tf.io.FixedLenFeature([], tf.float32, 1.0),
        }
        parsed = tf.io.parse_example(inputs, features)
        return parsed["x"] * parsed["factor"]


class _BatchModel(tf.Module):
    """`y` is twice `x`; `size` and `width` are those of the batch that was run."""

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32, "x")])
    def double(self, x):
        bad = tf.debugging.assert_non_negative(x, "negative values are not allowed")
        with tf.control_dependencies([bad]):
            rows = tf.shape(x)[:1]
        return {
            "y": x * 2,
            "size": tf.fill(rows, tf.shape(x)[0]),
            "width": tf.fill(rows, tf.shape(x)[1]),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def mean(self, x):
        return {"mean": tf.reduce_mean(x)}


@pytest.fixture(scope="session")
def examples_folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A base path with the model of tf.Examples as version 1."""
    base_path = tmp_path_factory.mktemp("examples_model")
    model = _ExamplesModel()
    signatures = {
        "serving_default": model.classify,
        "classify": model.classify,
        "regress": model.regress,
    }
    tf.saved_model.save(model, str(base_path / "1"), signatures=signatures)
    return base_path


@pytest.fixture(scope="session")
def batch_folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A base path with the model that tells its batches as version 1."""
    base_path = tmp_path_factory.mktemp("batch_model")
    model = _BatchModel()
    signatures = {"serving_default": model.double, "mean": model.mean}
    tf.saved_model.save(model, str(base_path / "1"), signatures=signatures)
    return base_path


@pytest.fixture(scope="session")
def options() -> Callable[..., ModelServerOptions]:
    """Options for a server on any free ports of this machine, with changes."""

    def make(base_path: pathlib.Path | None = None, **changes: object) -> ModelServerOptions:
        values = {
            "model_name": "toy",
            "port": None,
            "rest_api_port": None,
            "bind_address": "127.0.0.1",
            "file_system_poll_wait_seconds": 0.1,
            "grace_seconds": 2,
        }
        return ModelServerOptions(base_path, **(values | changes))

    return make


@pytest.fixture(scope="session")
def jpeg_bomb() -> bytes:
    """A JPEG of a few bytes whose header states 30,000 x 30,000 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "jpeg")
    data = bytearray(buffer.getvalue())
    start_of_frame = data.index(b"\xff\xc0")
    data[start_of_frame + 5 : start_of_frame + 9] = struct.pack(">HH", 30_000, 30_000)
    return bytes(data)
