"""Replaying recorded requests after loading."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder
from objects_that_sound.serving.model_server.warmup import warm_up


@pytest.fixture
def folder(toy_folder: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(toy_folder / "3", tmp_path / "3"))


def predict_log(signature: str, **inputs: object) -> prediction_log_pb2.PredictionLog:
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.name = "whatever"
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log


def write(folder: pathlib.Path, *logs: prediction_log_pb2.PredictionLog) -> pathlib.Path:
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for log in logs:
            writer.write(log.SerializeToString())
    return path


class Counting(Servable):
    """Remembers what it was asked."""

    def __init__(self, folder: pathlib.Path):
        super().__init__(VersionFolder(folder, 1))
        self.asked: list[str] = []

    def predict(self, signature_name: str, *args, **kwargs) -> dict[str, np.ndarray]:
        self.asked.append(signature_name)
        return super().predict(signature_name, *args, **kwargs)


def test_without_the_file(folder: pathlib.Path):
    assert warm_up(Counting(folder), folder) == 0


def test_runs_what_was_recorded(folder: pathlib.Path):
    write(folder, predict_log("scaled", x=[1.0]), predict_log("", x=[[1.0, 2.0]], tag=[b"a"]))
    servable = Counting(folder)
    assert warm_up(servable, folder, 2) == 2
    assert servable.asked == ["scaled", "scaled", "", ""]


def test_classify_regress_and_multi_inference(
    examples_folder: pathlib.Path, tmp_path: pathlib.Path
):
    folder = pathlib.Path(shutil.copytree(examples_folder / "1", tmp_path / "1"))
    example = tf.train.Example()
    example.features.feature["x"].float_list.value.append(0.5)
    logs = [prediction_log_pb2.PredictionLog() for _ in range(3)]
    requests = [logs[0].classify_log.request, logs[1].regress_log.request]
    for request, name in zip(requests, ("classify", "regress"), strict=True):
        request.model_spec.signature_name = name
        request.input.example_list.examples.append(example)
    multi = logs[2].multi_inference_log.request
    multi.input.example_list.examples.append(example)
    for name in ("classify", "regress"):
        task = multi.tasks.add(method_name=f"tensorflow/serving/{name}")
        task.model_spec.signature_name = name
    write(folder, *logs)
    servable = Counting(folder)
    assert warm_up(servable, folder) == 3
    assert servable.asked == ["classify", "regress", "classify", "regress"]


def test_files_that_are_refused(folder: pathlib.Path):
    servable = Counting(folder)
    path = write(folder, predict_log("scaled", x=["text"]))
    with pytest.raises(ServingError, match="must be DT_FLOAT"):
        warm_up(servable, folder)
    path.write_bytes(b"not records at all")
    with pytest.raises(ServingError, match="TFRecord format"):
        warm_up(servable, folder)
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"\xff no message")
    with pytest.raises(ServingError, match="Failed to parse warmup record 1"):
        warm_up(servable, folder)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for _ in range(1001):
            writer.write(predict_log("scaled", x=[1.0]).SerializeToString())
    with pytest.raises(ServingError, match=r"maximum \(1000\)"):
        warm_up(servable, folder)


def test_a_version_that_fails_its_warm_up_is_not_served(folder: pathlib.Path, options: Callable):
    from objects_that_sound.serving.model_server.model_server import ModelServer

    write(folder, predict_log("no such signature"))
    with ModelServer(options(folder.parent, rest_api_port=0)) as server:
        assert server.registry.availability() == {"toy": False}
    with ModelServer(options(folder.parent, enable_model_warmup=False, rest_api_port=0)) as server:
        assert server.registry.availability() == {"toy": True}
