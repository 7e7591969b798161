"""Classify, Regress and MultiInference, over gRPC and REST."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator

import grpc
import pytest
import requests
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    input_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from objects_that_sound.serving.model_server import examples_json
from objects_that_sound.serving.model_server.model_server import ModelServer


@pytest.fixture(scope="module")
def server(examples_folder: pathlib.Path, options: Callable) -> Iterator[ModelServer]:
    with ModelServer(options(examples_folder)) as running:
        yield running


@pytest.fixture(scope="module")
def stub(server: ModelServer) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def example(**features: float) -> tf.train.Example:
    made = tf.train.Example()
    for name, value in features.items():
        made.features.feature[name].float_list.value.append(value)
    return made


def fill(listed: input_pb2.Input, *values: float, context: float | None = None) -> None:
    made = listed.example_list
    if context is not None:
        made = listed.example_list_with_context
        made.context.CopyFrom(example(factor=context))
    made.examples.extend(example(x=value) for value in values)


def test_classify(stub):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "toy"
    fill(request.input, 0.25, 0.75)
    response = stub.Classify(request, timeout=10)
    assert [
        [(c.label, c.score) for c in row.classes] for row in response.result.classifications
    ] == [
        [("low", 0.75), ("high", 0.25)],
        [("low", 0.25), ("high", 0.75)],
    ]
    assert response.model_spec.signature_name == "serving_default"
    assert response.model_spec.version.value == 1


def test_regress_with_a_context(stub):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "toy"
    request.model_spec.signature_name = "regress"
    fill(request.input, 0.25, 0.75, context=4)
    values = [r.value for r in stub.Regress(request, timeout=10).result.regressions]
    assert values == [1.0, 3.0]


def test_multi_inference(stub):
    request = inference_pb2.MultiInferenceRequest()
    fill(request.input, 0.5)
    for name in ("classify", "regress"):
        task = request.tasks.add(method_name=f"tensorflow/serving/{name}")
        task.model_spec.name, task.model_spec.signature_name = "toy", name
    first, second = stub.MultiInference(request, timeout=10).results
    assert first.model_spec.signature_name == "classify"
    assert first.classification_result.classifications[0].classes[1].score == 0.5
    assert second.regression_result.regressions[0].value == 0.5


def refused(method: Callable, request: object) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        method(request, timeout=10)
    return caught.value.code().name, caught.value.details()


def test_requests_that_are_refused(stub):
    request = classification_pb2.ClassificationRequest()
    assert refused(stub.Classify, request) == ("INVALID_ARGUMENT", "Missing ModelSpec")
    request.model_spec.name = "toy"
    assert refused(stub.Classify, request) == ("INVALID_ARGUMENT", "Input is empty.")
    fill(request.input, 1)
    request.model_spec.signature_name = "regress"
    code, words = refused(stub.Classify, request)
    assert code == "FAILED_PRECONDITION" and '"classes" or "scores"' in words
    request.model_spec.signature_name = "nope"
    code, words = refused(stub.Classify, request)
    assert code == "INVALID_ARGUMENT" and "No signature was found with the name: nope" in words
    request.model_spec.signature_name = "classify"
    request.input.example_list.examples.append(example(y=1))  # without x
    code, words = refused(stub.Classify, request)
    assert code == "INVALID_ARGUMENT" and "x" in words


def test_calls_without_a_deadline(stub):
    listed = input_pb2.Input()
    fill(listed, 0.5)
    classify = classification_pb2.ClassificationRequest(input=listed)
    classify.model_spec.name = "toy"
    assert stub.Classify(classify).result.classifications[0].classes[1].score == 0.5
    regress = regression_pb2.RegressionRequest(input=listed)
    regress.model_spec.name, regress.model_spec.signature_name = "toy", "regress"
    assert stub.Regress(regress).result.regressions[0].value == 0.5
    both = inference_pb2.MultiInferenceRequest(input=listed)
    task = both.tasks.add(method_name="tensorflow/serving/regress")
    task.model_spec.CopyFrom(regress.model_spec)
    assert stub.MultiInference(both).results[0].regression_result.regressions[0].value == 0.5


def test_multi_inferences_that_are_refused(stub):
    request = inference_pb2.MultiInferenceRequest()
    assert "at least one task" in refused(stub.MultiInference, request)[1]
    fill(request.input, 1)
    for _ in range(2):
        task = request.tasks.add(method_name="tensorflow/serving/classify")
        task.model_spec.name = "toy"
    assert "Duplicate" in refused(stub.MultiInference, request)[1]
    request.tasks[1].model_spec.name = "other"
    assert "same model name" in refused(stub.MultiInference, request)[1]
    del request.tasks[1]
    request.tasks[0].method_name = "tensorflow/serving/predict"
    assert refused(stub.MultiInference, request)[0] == "UNIMPLEMENTED"


def test_the_check_of_the_method_s_name(examples_folder: pathlib.Path, options: Callable):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "toy"
    fill(request.input, 1)
    changes = {"enable_signature_method_name_check": True}
    with (
        ModelServer(options(examples_folder, **changes)) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        assert (
            "tensorflow/serving/classify. Was: tensorflow/serving/predict"
            in (refused(stub.Classify, request)[1])
        )


def ask(server: ModelServer, method: str, body: object) -> tuple[int, dict]:
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/toy:{method}"
    response = requests.post(url, json=body, timeout=10)
    return response.status_code, response.json()


def test_rest(server: ModelServer):
    examples = [{"x": 0.2}, {"x": [0.5]}]
    assert ask(server, "classify", {"examples": examples}) == (
        200,
        {"results": [[["low", 0.8], ["high", 0.2]], [["low", 0.5], ["high", 0.5]]]},
    )
    body = {"signature_name": "regress", "context": {"factor": 2.0}, "examples": examples}
    assert ask(server, "regress", body) == (200, {"results": [0.4, 1.0]})


@pytest.mark.parametrize("written", [[1, 0.5], [0.5, 1], [1.0, 0.5]])
def test_a_feature_with_one_decimal_point_is_of_floats(written: list):
    _, listed = examples_json.parse_body(json.dumps({"examples": [{"x": written}]}).encode(), "")
    assert list(listed.example_list.examples[0].features.feature["x"].float_list.value) == written


def test_a_feature_of_integers_and_one_of_truths_stay_what_they_are():
    _, listed = examples_json.parse_body(b'{"examples": [{"n": [1, 2], "t": true}]}', "")
    features = listed.example_list.examples[0].features.feature
    assert list(features["n"].int64_list.value) == [1, 2]
    assert list(features["t"].int64_list.value) == [1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "Is not object"),
        ({}, "'examples' is expected"),
        ({"examples": []}, "at least one element"),
        ({"examples": [1]}, "must be JSON object but got JSON Number"),
        ({"examples": [{"x": None}]}, "unexpected JSON type: Null"),
        ({"examples": [{"x": [[1.0]]}]}, "unexpected JSON type: Array"),
        ({"examples": [{"x": [1.0, "a"]}]}, "Unexpected element type in feature: x"),
        ({"examples": [{"x": 2**63}]}, "Only int64"),
        ({"examples": [{"x": 1e300}]}, "without loss of precision"),
        ({"examples": [{"x": [0.5, 10**300]}]}, "without loss of precision"),
        ({"examples": [{"x": [0.5, True]}]}, "Unexpected element type in feature: x"),
        ({"examples": [{"x": {"b64": "?"}}]}, "base64"),
        ({"examples": [{"x": "text"}]}, ""),  # the model's own words
        ({"signature_name": 1, "examples": [{}]}, "must be a string value"),
    ],
)
def test_rest_refuses(server: ModelServer, body: object, words: str):
    code, answer = ask(server, "classify", body)
    assert code == 400 and words in answer["error"]
