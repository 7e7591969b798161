"""PredictionService and ModelService, over a socket."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from google.protobuf import json_format
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from objects_that_sound.serving.model_server.model_server import ModelServer


@pytest.fixture(scope="module")
def channel(server: ModelServer) -> Iterator[grpc.Channel]:
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options) as opened:
        yield opened


@pytest.fixture(scope="module")
def prediction(channel: grpc.Channel) -> prediction_service_pb2_grpc.PredictionServiceStub:
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(scope="module")
def models(channel: grpc.Channel) -> model_service_pb2_grpc.ModelServiceStub:
    return model_service_pb2_grpc.ModelServiceStub(channel)


def request(
    signature: str = "", model: str = "toy", **inputs: object
) -> predict_pb2.PredictRequest:
    message = predict_pb2.PredictRequest()
    message.model_spec.name = model
    message.model_spec.signature_name = signature
    for name, value in inputs.items():
        message.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return message


def refused(method, message, timeout: float = 10) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        method(message, timeout=timeout)
    return caught.value.code(), caught.value.details()


X = np.array([[1, 2], [3, 4]], np.float32)
TAG = [b"a", b"\xff\x00"]


def test_predict(prediction):
    response = prediction.Predict(request(x=X, tag=TAG), timeout=10)
    assert response.model_spec.name == "toy"
    assert response.model_spec.version.value == 3
    assert response.model_spec.signature_name == "serving_default"
    assert list(response.outputs["sum"].float_val) == [6.0, 14.0]
    assert list(response.outputs["tag"].string_val) == TAG


def test_predict_with_an_output_filter_and_a_version(prediction):
    message = request(x=X, tag=TAG)
    message.model_spec.version.value = 3
    message.output_filter.append("sum")
    assert list(prediction.Predict(message, timeout=10).outputs) == ["sum"]
    message.output_filter.append("nope")
    assert refused(prediction.Predict, message)[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_both_protocols_give_the_same(server: ModelServer, prediction):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(50, 2)).astype(np.float32)
    tag = ["t"] * 50
    by_grpc = prediction.Predict(request(x=x, tag=tag), timeout=10).outputs["sum"]
    by_rest = requests.post(
        f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:predict",
        json={"inputs": {"x": x.tolist(), "tag": tag}},
        timeout=10,
    ).json()["outputs"]["sum"]
    np.testing.assert_array_equal(tf.make_ndarray(by_grpc), np.array(by_rest, np.float32))


def _spec(message: predict_pb2.PredictRequest, **spec: object) -> predict_pb2.PredictRequest:
    for name, value in spec.items():
        if name == "version":
            message.model_spec.version.value = value
        else:
            setattr(message.model_spec, name, value)
    return message


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (predict_pb2.PredictRequest(), "INVALID_ARGUMENT", "Missing ModelSpec"),
        (request(model=""), "INVALID_ARGUMENT", "no name"),
        (request(model="nope"), "NOT_FOUND", "Servable not found for request: Latest(nope)"),
        (_spec(request(), version=4), "NOT_FOUND", "Specific(toy, 4)"),
        (_spec(request(), version_label="new"), "INVALID_ARGUMENT", "version label: new"),
        (request("nope"), "FAILED_PRECONDITION", '"nope" not found'),
        (request(x=X), "INVALID_ARGUMENT", "Missing but required: {tag}"),
        (request(x=X, tag=TAG, z=1.0), "INVALID_ARGUMENT", "Sent extra: {z}"),
        (request(x=X.astype(np.int32), tag=TAG), "INVALID_ARGUMENT", "must be DT_FLOAT"),
        (request(x=X[0], tag=TAG), "INVALID_ARGUMENT", "got shape [2]"),
        (request("decode", image=[b"no image"]), "INVALID_ARGUMENT", "PNG"),
    ],
)
def test_predict_refuses(prediction, message, code: str, words: str):
    got, details = refused(prediction.Predict, message)
    assert got == grpc.StatusCode[code]
    assert words in details


def test_predict_refuses_a_broken_tensor(prediction):
    message = request(tag=TAG)
    message.inputs["x"].dtype = tf.float32.as_datatype_enum
    message.inputs["x"].tensor_shape.dim.add(size=5)
    message.inputs["x"].tensor_content = b"abc"
    code, details = refused(prediction.Predict, message)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "tensor parsing error: x" in details


def test_predict_ends_at_the_deadline(prediction):
    code, _ = refused(prediction.Predict, request("slow", n=2**31 - 1), timeout=0.3)
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    # The server has stopped as well: its threads are free for others.
    assert prediction.Predict(request("scaled", x=[1.0]), timeout=10).outputs["y"].float_val == [2]


def test_calls_without_a_deadline(prediction, models):
    response = prediction.Predict(request("scaled", x=[1.0]))
    assert list(response.outputs["y"].float_val) == [2.0]
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "toy"
    assert models.GetModelStatus(status).model_version_status[0].version == 3


@pytest.mark.parametrize("seconds", [1.0, 10.0**8, 2.0 * 10**9])
def test_deadlines_that_are_far_away(prediction, seconds: float):
    response = prediction.Predict(request("scaled", x=[1.0]), timeout=seconds)
    assert list(response.outputs["y"].float_val) == [2.0]


def test_a_message_that_is_too_large(prediction):
    code, details = refused(prediction.Predict, request(x=X, tag=[bytes(2 << 20), b""]))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in details


@pytest.mark.parametrize("message", [b"\xff", b"\n\x7f", b"no message"])
def test_what_is_no_message(server: ModelServer, prediction, message: bytes):
    """It is told as gRPC would, but nothing is kept of it, and no trace is written."""
    service = "/tensorflow.serving.PredictionService/"
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        for method in ("Predict", "GetModelMetadata", "Classify", "Regress", "MultiInference"):
            code, words = refused(channel.unary_unary(service + method), message)
            assert code == grpc.StatusCode.INTERNAL
            assert words.startswith("Exception deserializing request!") and method in words
        empty = channel.unary_unary(service + "Predict")
        assert refused(empty, b"")[1] == "Missing ModelSpec"


def test_calls_that_cannot_be_parsed_are_forgotten(server: ModelServer):
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")

        def objects_after(count: int) -> int:
            for _ in range(count):
                refused(call, b"\xff")
            gc.collect()
            return len(gc.get_objects())

        objects_after(50)  # threads and caches
        counts = [objects_after(1), *(objects_after(200) for _ in range(3))]
        growths = [after - before for before, after in itertools.pairwise(counts)]
        # gRPC itself keeps 22 of each call. Servers of other tests make some hundreds now and then.
        assert min(growths) < 200


def test_metadata(prediction):
    message = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    message.model_spec.name = "toy"
    response = prediction.GetModelMetadata(message, timeout=10)
    assert response.model_spec.version.value == 3
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert set(signatures.signature_def["serving_default"].inputs) == {"x", "tag"}


def test_metadata_refuses(prediction):
    message = get_model_metadata_pb2.GetModelMetadataRequest()
    message.model_spec.name = "toy"
    assert "at least one metadata_field" in refused(prediction.GetModelMetadata, message)[1]
    message.metadata_field.append("graph")
    assert "graph is not supported" in refused(prediction.GetModelMetadata, message)[1]
    message.metadata_field[:] = ["signature_def"]
    message.model_spec.name = "nope"
    code, _ = refused(prediction.GetModelMetadata, message)
    assert code == grpc.StatusCode.NOT_FOUND


def test_status(models):
    message = get_model_status_pb2.GetModelStatusRequest()
    assert refused(models.GetModelStatus, message)[1] == "Missing ModelSpec"
    message.model_spec.name = "toy"
    response = json_format.MessageToDict(models.GetModelStatus(message, timeout=10))
    assert response["model_version_status"][0]["version"] == "3"
    assert response["model_version_status"][0]["state"] == "AVAILABLE"
    message.model_spec.version.value = 9
    code, _ = refused(models.GetModelStatus, message)
    assert code == grpc.StatusCode.NOT_FOUND
