"""What TensorFlow Serving's own end-to-end suite asks of a server, asked of this one.

The models, requests, answers and words are those of model_servers/tensorflow_model_server_test.py
(its cases of TensorFlow Lite, the profiler and tf.text ask for what is not here, see
docs/serving_api.md).
"""

from __future__ import annotations

import json
import pathlib
import time
import urllib.request
from collections.abc import Callable, Iterator

import grpc
import pytest
import tensorflow as tf
from click.testing import CliRunner
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.tfx_pipeline.commands.serve import command

_V1 = tf.compat.v1
_VERSION = 123
_MODELS = {"half_plus_two": 2.0, "half_plus_three": 3.0}


def _save_half_plus(folder: pathlib.Path, addend: float) -> None:
    """A graph of TensorFlow 1: y = x / 2 + addend, x [-1, 1] out of tf.Examples or fed itself."""
    saved = _V1.saved_model
    with _V1.Graph().as_default(), _V1.Session() as session:
        serialized = _V1.placeholder(tf.string, [None], name="tf_example")
        features = {
            "x": _V1.FixedLenFeature([1], tf.float32),
            "x2": _V1.FixedLenFeature([1], tf.float32, default_value=[0.0]),
        }
        parsed = _V1.parse_example(serialized, features)
        x = tf.identity(parsed["x"], name="x")
        y = tf.add(x * _V1.Variable(0.5), _V1.Variable(addend), name="y")
        signatures = {
            "serving_default": saved.predict_signature_def({"x": x}, {"y": y}),
            "classify_x_to_y": saved.classification_signature_def(serialized, None, y),
            "regress_x_to_y": saved.regression_signature_def(serialized, y),
        }
        session.run(_V1.global_variables_initializer())
        builder = saved.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()


def _save_functions(folder: pathlib.Path) -> None:
    """Functions of TensorFlow 2 that take any shape, as two signatures."""
    root = tf.train.Checkpoint()
    root.six = tf.Variable(6.0)
    spec = [tf.TensorSpec(None, tf.float32, "x")]
    root.f = tf.function(lambda x: {"y": root.six * x}, input_signature=spec)
    root.g = tf.function(lambda x: {"y": 2.0}, input_signature=spec)
    tf.saved_model.save(root, str(folder), {"serving_default": root.f, "custom": root.g})


def _save_keras(folder: pathlib.Path) -> None:
    """A model of Keras, which takes [-1, 1]."""
    layers = [tf.keras.layers.Input((1,), name="x"), tf.keras.layers.Activation("linear", name="y")]
    archive = tf.keras.export.ExportArchive()
    model = tf.keras.Sequential(layers)
    archive.track(model)
    spec = tf.TensorSpec([None, 1], tf.float32, name="x")
    archive.add_endpoint("serving_default", lambda x: {"y": model(x)}, [spec])
    archive.write_out(str(folder), verbose=False)


def _config(folder: pathlib.Path, *names: str) -> str:
    listed = [
        f'config: {{ name: "{name}", base_path: "{folder / name}", model_platform: "tensorflow" }}'
        for name in names
    ]
    return f"model_config_list: {{ {' '.join(listed)} }}"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("testdata")
    for name, addend in _MODELS.items():
        _save_half_plus(folder / name / f"{_VERSION:08}", addend)
    _save_functions(folder / "functions" / f"{_VERSION:08}")
    _save_keras(folder / "keras" / f"{_VERSION:08}")
    return folder


@pytest.fixture(scope="module")
def server(models: pathlib.Path, options: Callable) -> Iterator[ModelServer]:
    config = models / "good_model_config.conf"
    config.write_text(_config(models, *_MODELS, "functions", "keras"))
    monitoring = models / "monitoring_config.txt"
    monitoring.write_text(
        "prometheus_config: { enable: true, path: '/monitoring/prometheus/metrics' }"
    )
    changes = {
        "model_config_file": config,
        "monitoring_config_file": monitoring,
        "grpc_socket_path": str(models / "tf-serving.sock"),
        "grpc_channel_arguments": {"grpc.max_connection_age_ms": 2000, "grpc.lb_policy_name": "x"},
    }
    with ModelServer(options(**changes)) as running:
        yield running


@pytest.fixture(scope="module")
def stub(server: ModelServer) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def ask(server: ModelServer, path: str, body: object = None) -> dict:
    """As the suite does: by urllib, which sends JSON as a form."""
    url = f"http://localhost:{server.rest_api_port}/v1/models/{path}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as answer:
        return json.load(answer)


def predict_half(
    stub: prediction_service_pb2_grpc.PredictionServiceStub,
    *dims: int,
    model: str = "half_plus_two",
    signature: str = "serving_default",
    outputs: tuple[str, ...] = (),
) -> float:
    """The single value that comes of x = 2, in a tensor of this shape."""
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name, request.model_spec.signature_name = model, signature
    request.inputs["x"].dtype = types_pb2.DT_FLOAT
    request.inputs["x"].float_val.append(2.0)
    for size in dims:
        request.inputs["x"].tensor_shape.dim.add().size = size
    response = stub.Predict(request, timeout=20)
    spec = response.model_spec
    assert (spec.name, spec.signature_name, spec.version.value) == (model, signature, _VERSION)
    assert response.outputs["y"].dtype == types_pb2.DT_FLOAT
    [value] = response.outputs["y"].float_val
    return value


@pytest.mark.parametrize("outputs", [(), ("y",)])
@pytest.mark.parametrize("dims", [(1,), (1, 1), (), (1, 1, 1)])
def test_a_tensor_of_another_rank_than_declared_is_fed(stub, dims: tuple, outputs: tuple):
    assert predict_half(stub, *dims, outputs=outputs) == 3.0
    assert predict_half(stub, *dims, model="half_plus_three", outputs=outputs) == 4.0


def test_predict_over_a_unix_socket(server: ModelServer, models: pathlib.Path):
    with grpc.insecure_channel(f"unix:{models / 'tf-serving.sock'}") as channel:
        assert predict_half(prediction_service_pb2_grpc.PredictionServiceStub(channel), 1) == 3.0


def test_functions_as_several_signatures(stub):
    assert predict_half(stub, 1, model="functions") == 12.0
    assert predict_half(stub, model="functions", signature="custom") == 2.0


def test_a_keras_model(stub):
    assert predict_half(stub, 1, 1, model="keras") == 2.0


def test_rows_and_columns_of_bare_numbers(server: ModelServer):
    numbers = [2.0, 3.0, 4.0]
    answer = ask(server, "half_plus_two:predict", {"instances": numbers})
    assert answer == {"predictions": [3.0, 3.5, 4.0]}
    assert ask(server, "half_plus_two:predict", {"inputs": numbers}) == {"outputs": [3.0, 3.5, 4.0]}


def test_classify_and_regress(server: ModelServer, stub):
    classify, regress = (
        classification_pb2.ClassificationRequest(),
        regression_pb2.RegressionRequest(),
    )
    for request, name in ((classify, "classify_x_to_y"), (regress, "regress_x_to_y")):
        request.model_spec.name, request.model_spec.signature_name = "half_plus_two", name
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(2.0)
    [classified] = stub.Classify(classify, timeout=20).result.classifications
    assert [(one.label, one.score) for one in classified.classes] == [("", 3.0)]
    assert [one.value for one in stub.Regress(regress, timeout=20).result.regressions] == [3.0]
    examples = [{"x": 2.0}]
    body = {"signature_name": "classify_x_to_y", "examples": examples}
    assert ask(server, "half_plus_two:classify", body) == {"results": [[["", 3.0]]]}
    body = {"signature_name": "regress_x_to_y", "examples": examples}
    assert ask(server, "half_plus_two:regress", body) == {"results": [3.0]}


def test_multi_inference(stub):
    request = inference_pb2.MultiInferenceRequest()
    for kind in ("regress", "classify"):
        task = request.tasks.add(method_name=f"tensorflow/serving/{kind}")
        task.model_spec.name, task.model_spec.signature_name = "half_plus_two", f"{kind}_x_to_y"
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(2.0)
    first, second = stub.MultiInference(request, timeout=20).results
    assert first.regression_result.regressions[0].value == 3.0
    assert second.classification_result.classifications[0].classes[0].score == 3.0
    assert second.model_spec.version.value == _VERSION


def test_status(server: ModelServer):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half_plus_two"
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        [status] = stub.GetModelStatus(request, timeout=20).model_version_status
    assert (status.version, status.status.error_code) == (_VERSION, 0)
    expected = {
        "version": str(_VERSION),
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    assert ask(server, "half_plus_two") == {"model_version_status": [expected]}


def test_metadata(server: ModelServer, stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "half_plus_two"
    response = stub.GetModelMetadata(request, timeout=20)
    assert response.model_spec.version.value == _VERSION
    assert list(response.metadata) == ["signature_def"]

    def tensor(name: str, dtype: str, *sizes: int) -> dict:
        shape = {
            "dim": [{"size": str(size), "name": ""} for size in sizes],
            "unknown_rank": not sizes,
        }
        return {"name": name, "dtype": dtype, "tensor_shape": shape}

    x, y = tensor("x:0", "DT_FLOAT", -1, 1), tensor("y:0", "DT_FLOAT", -1, 1)
    examples = {"inputs": tensor("tf_example:0", "DT_STRING", -1)}
    signatures = {
        "serving_default": ({"x": x}, {"y": y}, "predict"),
        "classify_x_to_y": (examples, {"scores": y}, "classify"),
        "regress_x_to_y": (examples, {"outputs": y}, "regress"),
    }
    expected = {
        name: {"inputs": i, "outputs": o, "method_name": f"tensorflow/serving/{method}"}
        for name, (i, o, method) in signatures.items()
    }
    document = ask(server, "half_plus_two/metadata")
    assert document["model_spec"] == {
        "name": "half_plus_two",
        "signature_name": "",
        "version": str(_VERSION),
    }
    found = document["metadata"]["signature_def"]["signature_def"]
    for signature in found.values():
        signature.pop("defaults", None)  # of later releases
    assert found == expected


def test_the_page_of_metrics(server: ModelServer):
    url = f"http://localhost:{server.rest_api_port}/monitoring/prometheus/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert b"# TYPE" in answer.read()


def test_a_model_that_is_missing_is_told_with_the_word_that_is_waited_for(stub):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "intentionally_missing_model"
    with pytest.raises(grpc.RpcError) as caught:
        stub.Predict(request, timeout=20)
    assert "Servable" in caught.value.details()


@pytest.mark.parametrize("flag", ["model_config_file", "monitoring_config_file"])
def test_a_config_file_that_is_none_is_told_in_the_suite_s_words(
    flag: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    bad = tmp_path / "bad_config.txt"
    bad.write_text("improperly formatted file")
    arguments = [f"--{flag}={bad}", "--port=0", "--rest_api_port=8501"]
    if flag != "model_config_file":
        arguments.append(f"--model_base_path={tmp_path}")
    result = CliRunner().invoke(command, arguments)
    name = {"model_config_file": "ModelServerConfig"}.get(flag, "MonitoringConfig")
    assert result.exit_code == 1
    assert f"Error parsing text-format tensorflow.serving.{name}" in result.output


@pytest.mark.parametrize("poll_seconds", [0.1, 0])
def test_the_config_file_is_read_again_where_that_is_asked_for(
    poll_seconds: float, models: pathlib.Path, tmp_path: pathlib.Path, options: Callable
):
    config = tmp_path / "model_config.txt"
    config.write_text(_config(models, "half_plus_two"))
    changes = {
        "model_config_file": config,
        "model_config_file_poll_wait_seconds": poll_seconds,
        "rest_api_port": 0,
    }
    with (
        ModelServer(options(**changes)) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        assert predict_half(stub, 1) == 3.0
        config.write_text(_config(models, "half_plus_three"))
        end = time.monotonic() + (30 if poll_seconds else 1)
        while not server.registry.knows("half_plus_three") and time.monotonic() < end:
            time.sleep(0.1)
        if not poll_seconds:
            assert predict_half(stub, 1) == 3.0
            return
        while "half_plus_two" in server.registry.availability() and time.monotonic() < end:
            time.sleep(0.1)
        assert predict_half(stub, 1, model="half_plus_three") == 4.0


def test_batches(models: pathlib.Path, tmp_path: pathlib.Path, options: Callable):
    parameters = tmp_path / "batching_config.txt"
    parameters.write_text("max_batch_size { value: 128 } batch_timeout_micros { value: 0 }")
    changes = {"enable_batching": True, "batching_parameters_file": parameters}
    with (
        ModelServer(
            options(models / "half_plus_two", model_name="half_plus_two", **changes)
        ) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        assert predict_half(stub, 1) == predict_half(stub, 1, outputs=("y",)) == 3.0
        assert ask(server, "half_plus_two:predict", {"instances": [2.0]}) == {"predictions": [3.0]}
