"""TensorProto to numpy and back, as TensorFlow Serving reads and writes them."""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2

from objects_that_sound.serving.model_server.serving_error import ServingError

_MAX_PADDED_BYTES = 1 << 28
"""A tensor with fewer values than its shape has repeats the last one; beyond this it is refused,
or a request of a few bytes could ask for any amount of memory."""

_FIELDS = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT8: "int_val",
    types_pb2.DT_INT16: "int_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_UINT8: "int_val",
    types_pb2.DT_UINT16: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_UINT32: "uint32_val",
    types_pb2.DT_UINT64: "uint64_val",
    types_pb2.DT_BOOL: "bool_val",
    types_pb2.DT_HALF: "half_val",
    types_pb2.DT_BFLOAT16: "half_val",
    types_pb2.DT_STRING: "string_val",
}
_AS_BITS = "half_val"
"""The field that has 16 bits of each number as an integer."""


def to_array(name: str, proto: tensor_pb2.TensorProto) -> np.ndarray:
    """The tensor as an array; strings become an object array of bytes.

    Args:
        name: of the input, for the error message.
        proto: the tensor, its values in the typed field or in `tensor_content`.

    Raises:
        ServingError: INVALID_ARGUMENT, the tensor contradicts itself or its type is not supported.
    """
    shape = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise ServingError.invalid_argument(f"tensor parsing error: {name} has no definite shape")
    try:
        dtype = tf.as_dtype(proto.dtype)
        elements = math.prod(shape)
        if elements * max(dtype.size or 1, 1) > _MAX_PADDED_BYTES + proto.ByteSize():
            raise ValueError(f"shape {shape} asks for more memory than the message has values")
        if dtype == tf.string and len(proto.string_val) == elements:
            array = np.empty(elements, dtype=object)
            array[:] = list(proto.string_val)
            return array.reshape(shape)
        if elements and not _has_values(proto):
            return _zeros(shape, dtype, proto)
        if dtype == tf.string and proto.tensor_content:
            return _packed_strings(proto)
        return tf.make_ndarray(proto)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise ServingError.invalid_argument(f"tensor parsing error: {name}: {error}") from error


def _zeros(shape: list[int], dtype: tf.DType, proto: tensor_pb2.TensorProto) -> np.ndarray:
    """What a tensor without values stands for: C++ leaves zeros out."""
    others = [field.name for field, _ in proto.ListFields() if field.name.endswith("_val")]
    if others or not dtype.is_numpy_compatible:
        raise ValueError(f"shape {shape} but no values of {dtype.name}")
    if dtype == tf.string:
        return np.full(shape, b"", object)
    return np.zeros(shape, dtype.as_numpy_dtype)


def _packed_strings(proto: tensor_pb2.TensorProto) -> np.ndarray:
    """Strings as C++ clients may write them, which `tf.make_ndarray` does not read."""
    try:
        array = tf.io.parse_tensor(proto.SerializeToString(), tf.string).numpy()
    except tf.errors.InvalidArgumentError as error:
        raise ValueError("tensor_content does not hold the strings of that shape") from error
    return np.asarray(array, dtype=object)


def from_array(array: np.ndarray, as_content: bool = False) -> tensor_pb2.TensorProto:
    """The array as a tensor.

    Args:
        array: its values; an object array holds bytes.
        as_content: write them as `tensor_content`, which is quicker to make and to read, where the
            type allows; else to the typed field, where many clients look for them.
    """
    number = dtype_number(array)
    field = _FIELDS.get(number)
    if field is None:  # complex, ...
        return tf.make_tensor_proto(array)
    proto = tensor_pb2.TensorProto(dtype=number)
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if as_content and array.dtype != object:
        proto.tensor_content = array.tobytes()
        return proto
    values = array.view(np.uint16) if field == _AS_BITS else array
    getattr(proto, field).extend(values.ravel().tolist())
    return proto


def dtype_number(array: np.ndarray) -> int:
    """TensorFlow's DataType of an array; object arrays hold bytes.

    Raises:
        ServingError: INVALID_ARGUMENT, TensorFlow has no such type.
    """
    try:
        return tf.as_dtype(array.dtype).as_datatype_enum
    except TypeError as error:
        raise ServingError.invalid_argument(f"unsupported type {array.dtype}") from error


def _has_values(proto: tensor_pb2.TensorProto) -> bool:
    fields = {descriptor.name for descriptor, _ in proto.ListFields()}
    own = _FIELDS.get(proto.dtype)
    if own is not None:
        return bool(fields & {"tensor_content", own})
    return any(name == "tensor_content" or name.endswith("_val") for name in fields)
