"""Signatures that nobody would write today; the answers are tensorflow_model_server's.

The words are those of servables/tensorflow/classifier.cc, regressor.cc, multi_inference.cc and
predict_util.cc, which its unit tests look for.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator

import grpc
import pytest
import requests
import tensorflow as tf
from google.protobuf.message import Message
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    input_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from objects_that_sound.serving.model_server.model_server import ModelServer

_V1 = tf.compat.v1
_METHODS = {name: f"tensorflow/serving/{name}" for name in ("classify", "regress", "predict")}


def _save(folder: pathlib.Path) -> None:
    """A graph of TensorFlow 1: y = x / 2 + 2, x out of tf.Examples; and z = 2 p, p [-1, 2]."""
    info = _V1.saved_model.build_tensor_info
    with _V1.Graph().as_default(), _V1.Session() as session:
        serialized = _V1.placeholder(tf.string, [None], name="tf_example")
        features = {
            "x": _V1.FixedLenFeature([1], tf.float32),
            "k": _V1.FixedLenFeature([1], tf.int64, default_value=[7]),
        }
        parsed = _V1.parse_example(serialized, features)
        x = tf.identity(parsed["x"], name="x")
        y = tf.add(x * _V1.Variable(0.5), 2.0, name="y")
        label, count = tf.as_string(x), tf.cast(parsed["k"], tf.float32)
        wide, flat, few = tf.concat([y, y], 1), tf.reshape(y, [-1]), y[:1]
        placeholder = _V1.placeholder(tf.float32, [None, 2], name="p")
        twice = tf.multiply(placeholder, 2, name="z")
        sparse = tf.sparse.from_dense(placeholder)

        def named(name: str) -> meta_graph_pb2.TensorInfo:
            return meta_graph_pb2.TensorInfo(name=name, dtype=tf.float32.as_datatype_enum)

        examples, p = {"inputs": info(serialized)}, {"p": info(placeholder)}
        signatures = {
            "serving_default": ({"x": info(x)}, {"y": info(y)}, "predict"),
            "own_method": ({"x": info(x)}, {"y": info(y)}, "own"),
            "scores": (examples, {"scores": info(y)}, "classify"),
            "classes": (examples, {"classes": info(label)}, "classify"),
            "both": (examples, {"classes": info(label), "scores": info(y)}, "classify"),
            "wide_scores": (examples, {"classes": info(label), "scores": info(wide)}, "classify"),
            "flat_scores": (examples, {"scores": info(flat)}, "classify"),
            "few_scores": (examples, {"scores": info(few)}, "classify"),
            "swapped": (examples, {"classes": info(y)}, "classify"),
            "three": (
                examples,
                {"classes": info(label), "scores": info(y), "more": info(y)},
                "classify",
            ),
            "no_scores": (examples, {"other": info(y)}, "classify"),
            "no_inputs": ({"examples": info(serialized)}, {"scores": info(y)}, "classify"),
            "of_floats": ({"inputs": info(x)}, {"scores": info(y)}, "classify"),
            "outputs": (examples, {"outputs": info(y)}, "regress"),
            "flat_outputs": (examples, {"outputs": info(flat)}, "regress"),
            "counts": (examples, {"outputs": info(count)}, "regress"),
            "wide_outputs": (examples, {"outputs": info(wide)}, "regress"),
            "few_outputs": (examples, {"outputs": info(few)}, "regress"),
            "text_outputs": (examples, {"outputs": info(label)}, "regress"),
            "two_outputs": (examples, {"outputs": info(y), "more": info(y)}, "regress"),
            "no_outputs": (examples, {"other": info(y)}, "regress"),
            "one_tensor_twice_in": (
                {"p": info(placeholder), "q": info(placeholder)},
                {"z": info(twice)},
                "predict",
            ),
            "one_tensor_of_two_names_in": (
                {"p": named("p"), "q": named("p:0")},
                {"z": info(twice)},
                "predict",
            ),
            "one_tensor_twice_out": (p, {"z": info(twice), "zz": info(twice)}, "predict"),
            "in_and_out": (p, {"p": info(placeholder), "z": info(twice)}, "predict"),
            "names_as_in_c": ({"p": named("p")}, {"z": named("z")}, "predict"),
            "no_such_input": ({"p": named("gone:0")}, {"z": info(twice)}, "predict"),
            "no_such_output": (p, {"z": named("gone:0")}, "predict"),
            "sparse_output": (p, {"s": info(sparse), "z": info(twice)}, "predict"),
        }
        build = _V1.saved_model.build_signature_def
        session.run(_V1.global_variables_initializer())
        builder = _V1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            signature_def_map={
                name: build(inputs, outputs, _METHODS.get(method, method))
                for name, (inputs, outputs, method) in signatures.items()
            },
        )
        builder.save()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, options: Callable) -> Iterator[ModelServer]:
    folder = tmp_path_factory.mktemp("odd")
    _save(folder / "5")
    with ModelServer(options(folder, model_name="odd")) as running:
        yield running


@pytest.fixture(scope="module")
def stub(server: ModelServer) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def ask(server: ModelServer, method: str, signature: str, **body: object) -> tuple[int, dict]:
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/odd:{method}"
    response = requests.post(url, json={"signature_name": signature, **body}, timeout=30)
    return response.status_code, response.json()


def fill(listed: input_pb2.Input) -> None:
    for value in (2.0, 4.0):
        example = listed.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(value)


def refused(method: Callable, request: object) -> tuple[str, str]:
    with pytest.raises(grpc.RpcError) as caught:
        method(request, timeout=30)
    return caught.value.code().name, caught.value.details()


EXAMPLES = [{"x": 2.0}, {"x": 4.0}]


def assert_refused(
    server: ModelServer, call: Callable, request: Message, signature: str, code: str, words: str
) -> None:
    """A request for Classify or Regress is refused alike over gRPC and over REST."""
    request.model_spec.name, request.model_spec.signature_name = "odd", signature
    fill(request.input)
    got, details = refused(call, request)
    assert got == code and words in details
    verb = {"ClassificationRequest": "classify", "RegressionRequest": "regress"}
    status, answer = ask(server, verb[type(request).__name__], signature, examples=EXAMPLES)
    assert status == 400 and words in answer["error"]


@pytest.mark.parametrize(
    ("method", "signature", "results"),
    [
        ("classify", "scores", [[["", 3.0]], [["", 4.0]]]),
        ("classify", "classes", [[["2.000000", 0.0]], [["4.000000", 0.0]]]),
        ("classify", "both", [[["2.000000", 3.0]], [["4.000000", 4.0]]]),
        ("regress", "outputs", [3.0, 4.0]),
        ("regress", "flat_outputs", [3.0, 4.0]),
        ("regress", "counts", [7.0, 7.0]),
    ],
)
def test_what_fits_is_answered(server: ModelServer, method: str, signature: str, results: list):
    assert ask(server, method, signature, examples=EXAMPLES) == (200, {"results": results})


def test_an_example_overrides_the_context(server: ModelServer):
    examples = [{"x": 0.0, "k": 1}, {"x": 0.0}]
    answer = ask(server, "regress", "counts", context={"k": 9}, examples=examples)
    assert answer == (200, {"results": [1.0, 9.0]})


@pytest.mark.parametrize(
    ("signature", "code", "words"),
    [
        ("three", "INVALID_ARGUMENT", "Expected one or two output Tensors, found 3"),
        (
            "flat_scores",
            "INVALID_ARGUMENT",
            "Expected Tensor shape: [batch_size num_classes] but got [2]",
        ),
        ("few_scores", "INVALID_ARGUMENT", "Expected scores output batch size of 2. Got: 1"),
        (
            "wide_scores",
            "INVALID_ARGUMENT",
            "Tensors class and score should match in dim_size(1). Got 1 vs. 2",
        ),
        ("swapped", "INVALID_ARGUMENT", "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ("no_scores", "FAILED_PRECONDITION", "outputs to contain at least one of"),
        ("no_inputs", "FAILED_PRECONDITION", "No classification inputs found in SignatureDef"),
        ("of_floats", "INVALID_ARGUMENT", "DT_FLOAT"),
        ("outputs", "FAILED_PRECONDITION", "outputs to contain at least one of"),
        ("one_tensor_twice_in", "INVALID_ARGUMENT", "Expected one input Tensor."),
        ("none", "INVALID_ARGUMENT", "No signature was found with the name: none"),
    ],
)
def test_signatures_that_classify_nothing(
    server: ModelServer, stub, signature: str, code: str, words: str
):
    assert_refused(
        server, stub.Classify, classification_pb2.ClassificationRequest(), signature, code, words
    )


@pytest.mark.parametrize(
    ("signature", "code", "words"),
    [
        ("two_outputs", "INVALID_ARGUMENT", "Expected one output Tensor."),
        (
            "wide_outputs",
            "INVALID_ARGUMENT",
            "shape to be either [batch_size] or [batch_size, 1] but got [2,2]",
        ),
        (
            "few_outputs",
            "INVALID_ARGUMENT",
            "Input batch size did not match output batch size: 2 vs. 1",
        ),
        (
            "text_outputs",
            "INVALID_ARGUMENT",
            "Expected output Tensor of DT_FLOAT.  Got: DT_STRING",
        ),
        ("no_outputs", "FAILED_PRECONDITION", "No regression outputs found in SignatureDef"),
        ("serving_default", "FAILED_PRECONDITION", "No regression inputs found in SignatureDef"),
        ("none", "INVALID_ARGUMENT", "No signature was found with the name: none"),
    ],
)
def test_signatures_that_are_no_regression(
    server: ModelServer, stub, signature: str, code: str, words: str
):
    assert_refused(server, stub.Regress, regression_pb2.RegressionRequest(), signature, code, words)


@pytest.mark.parametrize(
    ("signatures", "words"),
    [
        (["scores", "scores"], "Duplicate evaluation of signature: scores"),
        (["", "serving_default"], "Duplicate evaluation of signature: serving_default"),
        (["scores", "none"], "Requested signature not found in model graph: none"),
    ],
)
def test_several_inferences_that_do_not_go_together(stub, signatures: list[str], words: str):
    request = inference_pb2.MultiInferenceRequest()
    fill(request.input)
    for signature in signatures:
        task = request.tasks.add(method_name=_METHODS["classify"])
        task.model_spec.name, task.model_spec.signature_name = "odd", signature
    assert refused(stub.MultiInference, request) == ("INVALID_ARGUMENT", words)


def predict(signature: str, *outputs: str, **inputs: list) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name, request.model_spec.signature_name = "odd", signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value, tf.float32))
    return request


P = [[1.0, 3.0]]


@pytest.mark.parametrize(
    ("request_", "outputs"),
    [
        (predict("own_method", x=[[2]]), {"y": [3]}),
        (predict("one_tensor_twice_out", p=P), {"z": [2, 6], "zz": [2, 6]}),
        (predict("in_and_out", "z", p=P), {"z": [2, 6]}),
        (predict("names_as_in_c", p=P), {"z": [2, 6]}),
        (predict("sparse_output", "z", p=P), {"z": [2, 6]}),
    ],
    ids=lambda value: value.model_spec.signature_name if hasattr(value, "model_spec") else "",
)
def test_predictions_of_odd_signatures(stub, request_: predict_pb2.PredictRequest, outputs: dict):
    response = stub.Predict(request_, timeout=30)
    assert {n: list(tensor.float_val) for n, tensor in response.outputs.items()} == outputs


def test_a_signature_of_examples_can_be_asked_to_predict(stub):
    listed = input_pb2.Input()
    fill(listed)
    request = predict("scores")
    serialized = [example.SerializeToString() for example in listed.example_list.examples]
    request.inputs["inputs"].CopyFrom(tf.make_tensor_proto(serialized))
    assert list(stub.Predict(request, timeout=30).outputs["scores"].float_val) == [3, 4]


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        # Neither of two values is the tensor's.
        (predict("one_tensor_twice_in", p=P, q=P), "INVALID_ARGUMENT", "fed more than once"),
        (predict("one_tensor_of_two_names_in", p=P, q=P), "INVALID_ARGUMENT", "more than once"),
        (predict("in_and_out", p=P), "INVALID_ARGUMENT", "p:0 is both fed and fetched"),
        (predict("no_such_input", p=P), "NOT_FOUND", "gone:0"),
        (predict("no_such_output", p=P), "NOT_FOUND", "gone:0"),
        (predict("sparse_output", p=P), "UNIMPLEMENTED", "sparse"),
        (
            predict("one_tensor_twice_in", p=P),
            "INVALID_ARGUMENT",
            "input size does not match signature: 1!=2 len({p}) != len({p,q}). Sent extra: {}. "
            "Missing but required: {q}.",
        ),
        (
            predict("serving_default", x=[[1]], y=[[1]]),
            "INVALID_ARGUMENT",
            "2!=1 len({x,y}) != len({x}). Sent extra: {y}. Missing but required: {}.",
        ),
        (
            predict("serving_default", "y", "y", x=[[1]]),
            "INVALID_ARGUMENT",
            "duplicate output tensor alias: y",
        ),
    ],
    ids=lambda value: value.model_spec.signature_name if hasattr(value, "model_spec") else "",
)
def test_predictions_that_are_refused(
    stub, request_: predict_pb2.PredictRequest, code: str, words: str
):
    got, details = refused(stub.Predict, request_)
    assert got == code and words in details


def test_methods_that_are_checked_where_that_is_asked_for(server: ModelServer, options: Callable):
    changes = {"model_name": "odd", "enable_signature_method_name_check": True}
    with (
        ModelServer(options(server.options.model_base_path, **changes)) as strict,
        grpc.insecure_channel(f"127.0.0.1:{strict.port}") as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        for signature in ("serving_default", "own_method"):
            request = predict(signature, x=[[2]])
            if signature == "own_method":
                code, words = refused(stub.Predict, request)
                assert code == "INTERNAL" and words.endswith("Was: own")
            else:
                assert list(stub.Predict(request, timeout=30).outputs["y"].float_val) == [3]
        assert ask(strict, "predict", "own_method", inputs=[[2]])[0] == 500
        assert ask(strict, "classify", "scores", examples=EXAMPLES)[0] == 200
        status, answer = ask(strict, "classify", "of_floats", examples=EXAMPLES)
        assert status == 400 and "DT_FLOAT" in answer["error"]
        status, answer = ask(strict, "regress", "scores", examples=EXAMPLES)
        assert status == 400
        assert "tensorflow/serving/regress. Was: tensorflow/serving/classify" in answer["error"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("none:predict", {"neither": 1}, 404),
        ("none:predict", {"instances": []}, 404),
        ("none:predict", {"signature_name": 1}, 400),
        ("odd/versions/9:predict", {"neither": 1}, 404),
        ("odd:predict", {"neither": 1}, 400),
        ("odd:predict", {"signature_name": "none", "instances": []}, 400),
    ],
)
def test_the_model_is_looked_for_before_the_tensors(
    server: ModelServer, path: str, body: dict, status: int
):
    url = f"http://127.0.0.1:{server.rest_api_port}/v1/models/{path}"
    assert requests.post(url, json=body, timeout=30).status_code == status
