"""Reading and writing TensorFlow Serving's JSON."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from objects_that_sound.serving.model_server import tensor_json
from objects_that_sound.serving.model_server.serving_error import ServingError


def inputs(**dtypes: tf.DType) -> dict[str, meta_graph_pb2.TensorInfo]:
    return {
        name: meta_graph_pb2.TensorInfo(dtype=dtype.as_datatype_enum)
        for name, dtype in dtypes.items()
    }


def read(body: object, **dtypes: tf.DType) -> dict[str, np.ndarray]:
    parsed = tensor_json.parse_body(json.dumps(body).encode())
    return tensor_json.read_tensors(parsed, inputs(**dtypes))


def refusal(body: object, **dtypes: tf.DType) -> str:
    with pytest.raises(ServingError) as caught:
        read(body, **dtypes)
    assert caught.value.http_status == 400
    return caught.value.message


def test_row_format_of_the_documentation():
    instances = [
        {"tag": "foo", "signal": [1, 2, 3, 4, 5], "sensor": [[1, 2], [3, 4]]},
        {"tag": "bar", "signal": [3, 4, 1, 2, 5], "sensor": [[4, 5], [6, 8]]},
    ]
    dtypes = {"tag": tf.string, "signal": tf.int32, "sensor": tf.float32}
    rows = read({"instances": instances}, **dtypes)
    columns = read(
        {"inputs": {name: [instance[name] for instance in instances] for name in dtypes}}, **dtypes
    )
    for name in dtypes:
        np.testing.assert_array_equal(rows[name], columns[name])
        assert rows[name].dtype == columns[name].dtype
    assert rows["tag"].tolist() == [b"foo", b"bar"]
    assert rows["signal"].shape == (2, 5) and rows["signal"].dtype == np.int32
    assert rows["sensor"].shape == (2, 2, 2) and rows["sensor"].dtype == np.float32


def test_bare_values_for_a_single_input():
    assert read({"instances": ["foo", "bar"]}, s=tf.string)["s"].tolist() == [b"foo", b"bar"]
    assert read({"instances": [[[1, 2]], [[3, 4]]]}, x=tf.int64)["x"].shape == (2, 1, 2)
    assert read({"inputs": [[1.5]]}, x=tf.float32)["x"].shape == (1, 1)
    assert read({"inputs": 4}, x=tf.float32)["x"].shape == ()
    assert read({"inputs": {"b64": "YQ=="}}, s=tf.string)["s"].item() == b"a"


def test_base64_values():
    body = {"instances": [{"b64": "AP8="}, {"b64": "AP8"}, {"b64": "\nAP8=\n"}, "\u00e9"]}
    expected = [b"\x00\xff"] * 3 + ["\u00e9".encode()]
    assert read(body, s=tf.string)["s"].tolist() == expected
    assert "Unable to base64 decode" in refusal({"inputs": [{"b64": "!"}]}, s=tf.string)
    assert "base64" in refusal({"inputs": {"s": [{"b64": "YQ==", "x": 1}]}}, s=tf.string)


def test_not_a_number_and_infinity():
    parsed = tensor_json.parse_body(b'{"instances": [NaN, Infinity, -Infinity, 1e3]}')
    array = tensor_json.read_tensors(parsed, inputs(x=tf.float32))["x"]
    np.testing.assert_array_equal(array, np.array([np.nan, np.inf, -np.inf, 1000], np.float32))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "document is empty"),
        (b"{", "JSON Parse error"),
        (b"\xff\xfe{", "JSON Parse error"),
        (b"[" * 100_000, "JSON Parse error"),
        (b"[1]", "Is not object"),
        (b'{"signature_name": 1, "inputs": 1}', "'signature_name' key must be a string"),
        (b'{"inputs": 1, "instances": [1]}', "only one of 'inputs' or 'instances'"),
        (b'{"instances": 1}', "list/array"),
        (b'{"instances": []}', "at least one element"),
        (b"{}", "Missing 'inputs' or 'instances' key"),
    ],
)
def test_bodies_of_another_form(body: bytes, words: str):
    with pytest.raises(ServingError, match=words) as caught:
        tensor_json.parse_body(body)
    assert caught.value.http_status == 400


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1.5], tf.int32),
        ([True], tf.int32),
        ([1, True], tf.float32),
        (["1"], tf.float32),
        ([None], tf.float32),
        ([1], tf.string),
        ([1], tf.bool),
        ([{"b64": "YQ=="}], tf.float32),
        ([1], tf.complex64),
    ],
)
def test_values_of_another_type(value: list, dtype: tf.DType):
    assert "'x'" in refusal({"inputs": {"x": value}}, x=dtype)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (2**31, tf.int32),
        (256, tf.uint8),
        (-1, tf.uint64),
        (2**63, tf.int64),
        (1e300, tf.float32),
        (2**24, tf.float32),
        (10**400, tf.float64),
    ],
)
def test_numbers_that_do_not_fit(value: float, dtype: tf.DType):
    assert "without loss of precision" in refusal({"inputs": {"x": [value]}}, x=dtype)


@pytest.mark.parametrize("value", [[[1], [2, 3]], [[1], 2], [1, [2]], [[[1]], [2]]])
def test_ragged_lists(value: list):
    assert "level" in refusal({"inputs": {"x": value}}, x=tf.float32)


def test_names_that_do_not_match():
    two = {"x": tf.float32, "y": tf.float32}
    assert "list of objects" in refusal({"instances": [1]}, **two)
    assert "expecting an object" in refusal({"inputs": [1]}, **two)
    assert "z" in refusal({"inputs": {"x": 1, "y": 1, "z": 1}}, **two)
    assert "element: 1" in refusal({"instances": [{"x": 1, "y": 1}, {"x": 1}]}, **two)
    assert "item 1" in refusal({"instances": [{"x": 1, "y": 1}, 1]}, **two)
    assert "item 1" in refusal({"instances": [1, {"x": 1}]}, x=tf.float32)


def test_long_values_are_quoted_in_part():
    assert len(refusal({"inputs": {"x": "y" * 10_000}}, x=tf.float32)) < 500


def write(is_row_format: bool, **outputs: np.ndarray) -> object:
    return json.loads(tensor_json.write_response(outputs, is_row_format))


def test_responses_omit_the_name_of_a_single_output():
    y = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    assert write(True, y=y) == {"predictions": [[1.0, 2.0], [3.0, 4.0]]}
    assert write(False, y=y) == {"outputs": [[1.0, 2.0], [3.0, 4.0]]}


def test_responses_name_several_outputs():
    arrays = {"a": np.array([1, 2]), "b": np.array([[True], [False]])}
    rows = [{"a": 1, "b": [True]}, {"a": 2, "b": [False]}]
    assert write(True, **arrays) == {"predictions": rows}
    assert write(False, **arrays) == {"outputs": {"a": [1, 2], "b": [[True], [False]]}}


def test_outputs_without_a_common_batch_have_no_rows():
    for other in (np.array([1]), np.array(1.0)):
        with pytest.raises(ServingError, match="batch size") as caught:
            tensor_json.write_response({"a": np.array([1, 2]), "b": other}, True)
        assert caught.value.http_status == 400


def test_floats_have_their_shortest_digits():
    body = tensor_json.write_response({"y": np.array([0.2, 1.0, 1e-7], np.float32)}, False)
    assert body == b'{"outputs": [0.2, 1.0, 1e-07]}'
    half = tensor_json.write_response({"y": np.array([0.1], np.float16)}, False)
    assert np.float16(json.loads(half)["outputs"][0]) == np.float16(0.1)
    special = np.array([math.nan, math.inf, -math.inf], np.float32)
    assert tensor_json.write_response({"y": special}, False) == (
        b'{"outputs": [NaN, Infinity, -Infinity]}'
    )


def test_strings_named_bytes_are_base64():
    strings = np.array([b"caf\xc3\xa9", b"a\x00"], dtype=object)
    assert write(False, s=strings) == {"outputs": ["caf\u00e9", "a\x00"]}
    assert write(False, s_bytes=strings) == {"outputs": [{"b64": "Y2Fmw6k="}, {"b64": "YQA="}]}
    not_text = np.array([b"\xff"], dtype=object)
    assert write(False, s=not_text) == {"outputs": [{"b64": "/w=="}]}


def test_types_without_a_json_form():
    with pytest.raises(ServingError, match="complex64"):
        tensor_json.write_response({"y": np.zeros(1, np.complex64)}, False)
