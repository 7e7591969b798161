"""Writing TensorFlow Serving's JSON."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from objects_that_sound.serving.model_server.response_json import write_response
from objects_that_sound.serving.model_server.serving_error import ServingError


def write(is_row_format: bool, **outputs: np.ndarray) -> object:
    return json.loads(write_response(outputs, is_row_format))


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
    for other, words in (
        (np.array([1]), "Tensor name: b has inconsistent batch size: 1 expecting: 2"),
        (np.array(1.0), "Tensor name: b has no shape information"),
    ):
        with pytest.raises(ServingError, match=words) as caught:
            write_response({"a": np.array([1, 2]), "b": other}, True)
        assert caught.value.http_status == 400


@pytest.mark.parametrize("is_row_format", [False, True])
def test_no_outputs_have_no_json(is_row_format: bool):
    with pytest.raises(ServingError, match="Cannot convert empty tensor map to JSON") as caught:
        write_response({}, is_row_format)
    assert caught.value.http_status == 400


@pytest.mark.parametrize("shape", [(), (2, 0), (40_000, 2)])
def test_floats_of_any_number_keep_their_places(shape: tuple[int, ...]):
    array = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    np.testing.assert_array_equal(np.float32(write(False, y=array)["outputs"]), array)


def test_floats_have_their_shortest_digits():
    body = write_response({"y": np.array([0.2, 1.0, 1e-7], np.float32)}, False)
    assert body == b'{"outputs": [0.2, 1.0, 1e-07]}'
    half = write_response({"y": np.array([0.1], np.float16)}, False)
    assert np.float16(json.loads(half)["outputs"][0]) == np.float16(0.1)
    special = np.array([math.nan, math.inf, -math.inf], np.float32)
    assert write_response({"y": special}, False) == (b'{"outputs": [NaN, Infinity, -Infinity]}')


def test_strings_named_bytes_are_base64():
    strings = np.array([b"caf\xc3\xa9", b"a\x00"], dtype=object)
    assert write(False, s=strings) == {"outputs": ["caf\u00e9", "a\x00"]}
    assert write(False, s_bytes=strings) == {"outputs": [{"b64": "Y2Fmw6k="}, {"b64": "YQA="}]}
    not_text = np.array([b"\xff"], dtype=object)
    assert write(False, s=not_text) == {"outputs": [{"b64": "/w=="}]}


def test_types_without_a_json_form():
    with pytest.raises(ServingError, match="complex64"):
        write_response({"y": np.zeros(1, np.complex64)}, False)
