"""Reading TensorFlow Serving's JSON."""

from __future__ import annotations

import json
import re

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies
from tensorflow.core.protobuf import meta_graph_pb2

from objects_that_sound.serving.model_server import response_json, tensor_json
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
        (b"", "The document is empty"),
        (b" \n", "The document is empty"),
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
        tensor_json.read_tensors(tensor_json.parse_body(body), inputs(x=tf.float32))
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
        (10**39, tf.float32),
        (65_520, tf.float16),
    ],
)
def test_numbers_that_do_not_fit(value: float, dtype: tf.DType):
    assert "without loss of precision" in refusal({"inputs": {"x": [value]}}, x=dtype)


@pytest.mark.parametrize(
    ("written", "dtype", "read_as"),
    [
        (1_700_000_000, tf.float32, 1.7e9),
        (16_777_216, tf.float32, 2.0**24),
        (16_777_217, tf.float32, 2.0**24),  # rounded, as 16777217.0 and 0.1 are
        (2**64, tf.float32, 2.0**64),
        (-(10**30), tf.float64, -1e30),
        (2**53 + 1, tf.float64, 2.0**53),
        (2049, tf.float16, 2048.0),
        (65_519, tf.float16, 65504.0),  # the greatest; from 65520 on, infinity is nearer
    ],
)
def test_a_number_is_the_same_with_and_without_a_decimal_point(
    written: int, dtype: tf.DType, read_as: float
):
    numbers = f'{{"inputs": [{written}, {written}.0, {written}e0]}}'.encode()
    array = tensor_json.read_tensors(tensor_json.parse_body(numbers), inputs(x=dtype))["x"]
    assert array.dtype == dtype and array.tolist() == [read_as] * 3


@pytest.mark.parametrize("value", [[[1], [2, 3]], [[1], 2], [1, [2]], [[[1]], [2]]])
def test_ragged_lists(value: list):
    assert "level" in refusal({"inputs": {"x": value}}, x=tf.float32)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1, 2], [3, 4], [5, 6, 7]], "element: 2 .*Expecting tensor size: 2 but got: 3"),
        ([[1, 2], [3, 4], [[5, 6]]], r"element: 2 .*Expecting shape \[2\] but got: \[1,2\]"),
        ([1, [1]], r"element: 1 .*Expecting shape \[\] but got: \[1\]"),
        ([[1], 2], r"element: 1 .*Expecting shape \[1\] but got: \[\]"),
        ([[], [[]]], r"element: 1 .*Expecting shape \[0\] but got: \[1,0\]"),
        ([[[1], [2, 3]]], "list at unexpected size: 2 at level: 1 expected size: 1"),
    ],
)
def test_rows_that_differ_are_told_in_tensorflow_serving_s_words(rows: list, words: str):
    assert re.search(words, refusal({"instances": rows}, x=tf.float32))
    assert re.search(words, refusal({"instances": [{"x": row} for row in rows]}, x=tf.float32))


@pytest.mark.parametrize("leaf", [1, "a", []])
@pytest.mark.parametrize("depth", [33, 65, 255, 900])
def test_lists_nested_more_deeply_than_tensors_can_be(leaf: object, depth: int):
    value: object = leaf
    for _ in range(depth):
        value = [value]
    dtype = tf.string if leaf == "a" else tf.float32
    for body in ({"inputs": value}, {"instances": value}):
        assert "at most 32 dimensions" in refusal(body, x=dtype)


def test_a_tensor_of_as_many_dimensions_as_there_can_be():
    value: object = 1
    for _ in range(32):
        value = [value]
    assert read({"inputs": value}, x=tf.float32)["x"].shape == (1,) * 32


@pytest.mark.parametrize(
    ("dtype", "name"),
    [(tf.float32, "float"), (tf.float64, "double"), (tf.float16, "half"), (tf.int32, "int32")],
)
def test_types_have_tensorflow_serving_s_names(dtype: tf.DType, name: str):
    assert refusal({"inputs": ["1"]}, x=dtype).endswith(f"is not of expected type: {name}")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "Null"),
        (False, "False"),
        (True, "True"),
        ({"x": 1}, "Object"),
        ("1", "String"),
        (1.5, "Number"),
    ],
)
def test_values_have_rapidjson_s_names(value: object, name: str):
    words = f"Type: {name} is not of expected type: int32"
    assert words in refusal({"inputs": {"n": [1, value]}}, n=tf.int32)


@pytest.mark.parametrize("dtype", [tf.complex64, tf.complex128, tf.qint8])
def test_types_that_json_has_no_values_for(dtype: tf.DType):
    """In columns UNIMPLEMENTED; of rows, as of all that is wrong with them, INVALID_ARGUMENT."""
    words = f"Conversion of JSON Value: 1 to type: {dtype.name}"
    assert words in refusal({"instances": [1]}, x=dtype)
    with pytest.raises(ServingError, match=words) as caught:
        read({"inputs": [1]}, x=dtype)
    assert caught.value.http_status == 501
    assert read({"inputs": []}, x=dtype)["x"].shape == (0,)  # which has none


def test_names_that_do_not_match():
    two = {"x": tf.float32, "y": tf.float32}
    assert "list of objects" in refusal({"instances": [1]}, **two)
    assert "expecting an object" in refusal({"inputs": [1]}, **two)
    assert "element: 1" in refusal({"instances": [{"x": 1, "y": 1}, {"x": 1}]}, **two)
    words = "Expecting object but got list at item 1"
    assert words in refusal({"instances": [{"x": 1, "y": 1}, 1]}, **two)
    assert "item 1" in refusal({"instances": [1, {"x": 1}]}, x=tf.float32)


def test_unknown_names_are_ignored_in_columns_and_refused_in_rows():
    assert list(read({"inputs": {"x": 1, "typo": [None]}}, x=tf.float32)) == ["x"]
    assert list(read({"inputs": {"typo": 1}}, x=tf.float32)) == []  # the signature asks for x
    assert "named input: typo" in refusal({"instances": [{"x": 1, "typo": 1}]}, x=tf.float32)


def test_a_body_with_a_mark_of_its_byte_order():
    parsed = tensor_json.parse_body(b'\xef\xbb\xbf{"inputs": [1]}')
    assert tensor_json.read_tensors(parsed, inputs(x=tf.float32))["x"].tolist() == [1]


def test_long_values_are_quoted_in_part():
    assert len(refusal({"inputs": {"x": "y" * 10_000}}, x=tf.float32)) < 500


_DTYPES = [
    *(tf.float16, tf.float32, tf.float64, tf.bfloat16, tf.bool, tf.string),
    *(tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int32, tf.uint32, tf.int64, tf.uint64),
    tf.complex64,
]
_JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(max_size=5)
    | strategies.fixed_dictionaries({"b64": strategies.text("AQg=-_ \n!", max_size=6)}),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(strategies.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=12,
)


@hypothesis.given(
    strategies.dictionaries(
        strategies.sampled_from(["inputs", "instances", "signature_name"]), _JSON, min_size=1
    ),
    strategies.dictionaries(strategies.sampled_from("xy"), strategies.sampled_from(_DTYPES)),
)
@hypothesis.settings(max_examples=300, deadline=None, derandomize=True)
def test_any_json_becomes_arrays_of_the_signature_or_a_clear_refusal(body: dict, dtypes: dict):
    try:
        arrays = read(body, **dtypes)
    except ServingError as error:
        assert error.http_status == 400 and error.message
        return
    assert set(arrays) <= set(dtypes)
    for name, array in arrays.items():
        wanted = np.dtype(object) if dtypes[name] == tf.string else dtypes[name].as_numpy_dtype
        assert array.dtype == wanted


@hypothesis.given(
    strategies.binary(max_size=40) | strategies.text('{}[]":,truenN-1.e\\ ').map(str.encode)
)
@hypothesis.settings(max_examples=400, deadline=None, derandomize=True)
def test_any_bytes_are_a_body_or_a_clear_refusal(body: bytes):
    for text in (body, b'{"inputs": ' + body + b"}"):
        try:
            parsed = tensor_json.parse_body(text)
            tensor_json.read_tensors(parsed, inputs(x=tf.float32))
        except ServingError as error:
            assert error.http_status == 400 and error.message


@hypothesis.given(
    strategies.lists(strategies.floats(width=32, allow_nan=False), min_size=1, max_size=20)
)
@hypothesis.settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_written_is_read_as_the_same_numbers(values: list[float]):
    array = np.array(values, np.float32)
    document = json.loads(response_json.write_response({"x": array}, False))
    again = read({"inputs": document["outputs"]}, x=tf.float32)["x"]
    np.testing.assert_array_equal(again, array)
    # As JavaScript writes them: without a decimal point where there need not be one.
    shorter = [int(v) if abs(v) < 1e21 and v == int(v) else v for v in document["outputs"]]
    np.testing.assert_array_equal(read({"inputs": shorter}, x=tf.float32)["x"], array)
