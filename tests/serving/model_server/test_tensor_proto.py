"""TensorProto to numpy and back."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from objects_that_sound.serving.model_server import tensor_proto
from objects_that_sound.serving.model_server.serving_error import ServingError

_ARRAYS = [
    np.array([[1.5, np.nan], [np.inf, -0.0]], np.float32),
    np.array([1, -2], np.int64),
    np.array([0, 2**64 - 1], np.uint64),
    np.array([-128, 127], np.int8),
    np.array([True, False]),
    np.array([1.5, -0.0], np.float16),
    np.array([[1.5], [np.inf]], tf.bfloat16.as_numpy_dtype),
    np.array([1 - 2j, 0], np.complex64),
    np.array(3.0, np.float64),
    np.zeros((0, 3), np.float32),
    np.array([b"", b"a\x00", b"\xff"], dtype=object),
]


@pytest.mark.parametrize("array", _ARRAYS, ids=lambda a: f"{a.dtype}{list(a.shape)}")
def test_round_trip(array: np.ndarray):
    proto = tensor_proto.from_array(array)
    for copy in (tensor_proto.to_array("x", proto), tf.make_ndarray(proto)):
        np.testing.assert_array_equal(copy, array)
        assert copy.dtype == array.dtype and copy.shape == array.shape


def test_values_are_in_the_typed_field():
    assert list(tensor_proto.from_array(np.array([0.5], np.float32)).float_val) == [0.5]
    assert list(tensor_proto.from_array(np.array([b"a"], dtype=object)).string_val) == [b"a"]
    for array, field in (
        (np.array([1.5, -1], np.float16), "half_val"),
        (np.array([1.5, -1], tf.bfloat16.as_numpy_dtype), "half_val"),
        (np.array([1, 2], np.complex128), "dcomplex_val"),
        (np.array([1, 2], np.uint16), "int_val"),
    ):
        fields = [field.name for field, _ in tensor_proto.from_array(array).ListFields()]
        assert fields == ["dtype", "tensor_shape", field]


@pytest.mark.parametrize("array", _ARRAYS, ids=lambda a: f"{a.dtype}{list(a.shape)}")
def test_round_trip_as_tensor_content(array: np.ndarray):
    proto = tensor_proto.from_array(array, as_content=True)
    if array.dtype == np.float32 and array.size:
        assert proto.tensor_content and not proto.float_val
    np.testing.assert_array_equal(tf.make_ndarray(proto), array)


def test_reads_tensor_content():
    proto = tf.make_tensor_proto(np.arange(6, dtype=np.int32).reshape(2, 3))
    assert proto.tensor_content
    np.testing.assert_array_equal(
        tensor_proto.to_array("x", proto), np.arange(6, dtype=np.int32).reshape(2, 3)
    )


@pytest.mark.parametrize(
    "dtype", [tf.float32, tf.float16, tf.bfloat16, tf.int8, tf.uint64, tf.bool, tf.complex64]
)
def test_values_that_are_left_out(dtype: tf.DType):
    """As C++ does: the last value stands for all that follow, and no value for zeros."""
    empty = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
    for size in (2, 3):
        empty.tensor_shape.dim.add(size=size)
    one = tf.make_tensor_proto(np.ones(1, dtype.as_numpy_dtype))
    assert not one.tensor_content
    one.tensor_shape.CopyFrom(empty.tensor_shape)
    for proto, value in ((empty, 0), (one, 1)):
        array = tensor_proto.to_array("x", proto)
        assert array.dtype == dtype.as_numpy_dtype
        np.testing.assert_array_equal(array, np.full((2, 3), value, array.dtype))


def test_strings_that_are_left_out():
    proto = tensor_pb2.TensorProto(dtype=tf.string.as_datatype_enum)
    proto.tensor_shape.dim.add(size=3)
    assert tensor_proto.to_array("x", proto).tolist() == [b"", b"", b""]
    proto.string_val.extend([b"a", b"b"])
    assert tensor_proto.to_array("x", proto).tolist() == [b"a", b"b", b"b"]


@pytest.mark.parametrize("strings", [[b"a", b"\0\xff", b""], [b"x" * 1000], [b""]])
@pytest.mark.parametrize("is_scalar", [False, True])
def test_reads_strings_packed_into_tensor_content(strings: list[bytes], is_scalar: bool):
    """As C++ writes them (Tensor::AsProtoTensorContent): all lengths as varints, then all bytes."""
    from google.protobuf.internal import encoder

    strings = strings[:1] if is_scalar else strings
    proto = tensor_pb2.TensorProto(dtype=tf.string.as_datatype_enum)
    if not is_scalar:
        proto.tensor_shape.dim.add(size=len(strings))
    lengths = b"".join(encoder._VarintBytes(len(string)) for string in strings)
    proto.tensor_content = lengths + b"".join(strings)
    array = tensor_proto.to_array("x", proto)
    assert array.dtype == object
    assert array.tolist() == (strings[0] if is_scalar else strings)


@pytest.mark.parametrize(
    "text",
    [
        "dtype: DT_STRING tensor_shape { dim { size: 2 } } tensor_content: '\\001\\177ab'",
        "dtype: DT_STRING tensor_shape { dim { size: 2 } } tensor_content: '\\001'",
        "dtype: DT_FLOAT tensor_shape { unknown_rank: true }",
        "dtype: DT_FLOAT tensor_shape { dim { size: -1 } } float_val: 1",
        "dtype: DT_FLOAT tensor_shape { dim { size: 2 } } int_val: 1 int_val: 2",
        "dtype: DT_FLOAT tensor_shape { dim { size: 4000000000000 } }",
        "dtype: DT_FLOAT tensor_shape { dim { size: 1 } } float_val: 1 float_val: 2",
        "dtype: DT_FLOAT tensor_shape { dim { size: 2 } } tensor_content: 'abc'",
        "dtype: DT_FLOAT tensor_shape { dim { size: 4000000000000 } } float_val: 1",
        "dtype: DT_STRING tensor_shape { dim { size: 2 } } bool_val: true",
        "dtype: DT_STRING tensor_shape { dim { size: 4000000000000 } } string_val: 'a'",
        "dtype: DT_INT8 tensor_shape { dim { size: 1 } } float_val: 1",
        "tensor_shape { dim { size: 1 } } float_val: 1",
        "dtype: DT_VARIANT tensor_shape { dim { size: 1 } }",
    ],
)
def test_tensors_that_contradict_themselves(text: str):
    from google.protobuf import text_format

    proto = text_format.Parse(text, tensor_pb2.TensorProto())
    with pytest.raises(ServingError, match="tensor parsing error: x") as caught:
        tensor_proto.to_array("x", proto)
    assert caught.value.http_status == 400
