"""TensorFlow Serving's JSON for tensors: predict requests in row and column format.

The rules are those of TensorFlow Serving's "RESTful API" page (JSON mapping, encoding of binary
values) and the words of its error messages. But numbers are what JSON says they are: 1 and 1.0 are
the same one, and many writers know the first form only.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from objects_that_sound.serving.model_server.request_json import (
    decode_base64,
    is_base64,
    json_type,
    parse_object,
    quote,
    signature_name,
)
from objects_that_sound.serving.model_server.serving_error import ServingError

_MAX_RANK = 32
"""NumPy's, before its version 2."""

Inputs = Mapping[str, meta_graph_pb2.TensorInfo]


@dataclasses.dataclass(frozen=True)
class PredictBody:
    """The body of a predict request, its tensors not yet read.

    Attributes:
        signature_name: as given; empty where it was not.
        document: all that was given.
    """

    signature_name: str
    document: Mapping[str, Any]

    @property
    def is_row_format(self) -> bool:
        """Whether the tensors are in `instances` (else in `inputs`)."""
        return "instances" in self.document


def parse_body(body: bytes) -> PredictBody:
    """Reads the JSON of a predict request.

    Raises:
        ServingError: INVALID_ARGUMENT, it is not a JSON object, or the name of its signature is not
            a string.
    """
    document = parse_object(body)
    return PredictBody(signature_name(document), document)


def read_tensors(body: PredictBody, inputs: Inputs) -> dict[str, np.ndarray]:
    """The arrays of a request.

    Args:
        body: the parsed request.
        inputs: the signature's inputs, which give each tensor its type.

    Returns:
        An array for each input that the request has; strings are object arrays of bytes. In column
        format, names that are none of the signature's are ignored, as TensorFlow Serving does.

    Raises:
        ServingError: INVALID_ARGUMENT, the request is not of the documented form, or the values do
            not form tensors of those types; UNIMPLEMENTED, JSON has no values for such a type.
    """
    tensors = _tensors(body)
    if not inputs and not _is_object(tensors):
        raise ServingError.invalid_argument('the signature has no inputs: send {"inputs": {}}')
    columns = _columns(tensors, inputs) if body.is_row_format else _named(tensors, inputs)
    flatten = _flatten_rows if body.is_row_format else _flatten
    arrays = {}
    for name, value in columns.items():
        try:
            arrays[name] = _to_array(name, value, inputs, flatten)
        except ServingError as error:
            # Of rows, TensorFlow Serving says so whatever is wrong with them.
            code = grpc.StatusCode.INVALID_ARGUMENT if body.is_row_format else error.code
            words = f"Failed to process input '{name}'. Error: {error.message}"
            raise ServingError(code, words) from error
    return arrays


def _tensors(body: PredictBody) -> Any:
    """The value of `instances` or `inputs`."""
    document = body.document
    if "instances" in document and "inputs" in document:
        raise ServingError.invalid_argument(
            f"JSON Value: {quote(document)} Not formatted correctly expecting only one of "
            "'inputs' or 'instances' keys to exist"
        )
    if "instances" in document:
        instances = document["instances"]
        if not isinstance(instances, list) or not instances:
            raise ServingError.invalid_argument(
                f"JSON Value: {quote(document)} Expecting 'instances' to be a list/array with at "
                "least one element"
            )
        return instances
    if "inputs" in document:
        return document["inputs"]
    raise ServingError.invalid_argument("Missing 'inputs' or 'instances' key")


def _columns(instances: list, inputs: Inputs) -> dict[str, list]:
    """Row format: a list of objects (or of bare values, where there is one input) to columns."""
    are_objects = _is_object(instances[0])
    if not are_objects and len(inputs) > 1:
        raise ServingError.invalid_argument(
            "instances is a plain list, but expecting list of objects as multiple input tensors "
            f"required: {','.join(sorted(inputs))}"
        )
    for position, instance in enumerate(instances):
        if _is_object(instance) != are_objects:
            wanted, got = ("object", "list") if are_objects else ("value/list", "object")
            raise ServingError.invalid_argument(
                f"Expecting {wanted} but got {got} at item {position} of input list"
            )
        if are_objects and instance.keys() != instances[0].keys():
            raise ServingError.invalid_argument(
                f"Failed to process element: {position} of 'instances' list. JSON object: "
                f"{quote(instance)} keys must be equal to: {','.join(sorted(inputs))}"
            )
    if not are_objects:
        return {next(iter(inputs)): instances}
    return {name: [instance[name] for instance in instances] for name in instances[0]}


def _named(value: Any, inputs: Inputs) -> dict[str, Any]:
    """Column format: an object of tensors (or a bare tensor, where there is one input)."""
    if _is_object(value):
        return {name: value[name] for name in inputs if name in value}
    if len(inputs) > 1:
        raise ServingError.invalid_argument(
            "inputs is a plain value/list, but expecting an object as multiple input tensors "
            f"required: {','.join(sorted(inputs))}"
        )
    return {next(iter(inputs)): value}


def _to_array(
    name: str, value: Any, inputs: Inputs, flatten: Callable[[Any], tuple[list, list[int]]]
) -> np.ndarray:
    if name not in inputs:
        raise ServingError.invalid_argument(
            f"JSON object: does not have named input: {name}; the signature's inputs are: "
            f"{','.join(sorted(inputs))}"
        )
    leaves, shape = flatten(value)
    if len(shape) > _MAX_RANK:
        raise ServingError.invalid_argument(
            f"Encountered list at unexpected level: {_MAX_RANK} expected < {_MAX_RANK}: tensors "
            f"have at most {_MAX_RANK} dimensions here"
        )
    return _leaves_to_array(leaves, tf.as_dtype(inputs[name].dtype)).reshape(shape)


def _flatten_rows(rows: list) -> tuple[list, list[int]]:
    """As `_flatten`; says which of the rows is unlike the first where they are no one tensor."""
    try:
        return _flatten(rows)
    except ServingError:
        expected: tuple[int, list[int]] | None = None
        for position, row in enumerate(rows):
            leaves, shape = _flatten(row)
            found = len(leaves), shape
            expected = expected or found
            if found == expected:
                continue
            words = f"Expecting tensor size: {expected[0]} but got: {found[0]}"
            if found[0] == expected[0]:
                words = f"Expecting shape {_shape(expected[1])} but got: {_shape(shape)}"
            raise ServingError.invalid_argument(
                f"Failed to process element: {position} of 'instances' list. Error: {words}"
            ) from None
        raise


def _shape(sizes: Sequence[int]) -> str:
    return f"[{','.join(map(str, sizes))}]"


def _flatten(value: Any) -> tuple[list, list[int]]:
    """Nested lists to their leaves and their shape, level by level (no recursion)."""
    shape: list[int] = []
    items = [value]
    while items and isinstance(items[0], list):
        if any(not isinstance(item, list) for item in items):
            leaf = next(item for item in items if not isinstance(item, list))
            raise ServingError.invalid_argument(
                f"JSON Value: {quote(leaf)} found at incorrect level: {len(shape) + 1} in the "
                "JSON DOM: a list is expected there"
            )
        odd = next((len(item) for item in items if len(item) != len(items[0])), None)
        if odd is not None:
            raise ServingError.invalid_argument(
                f"Encountered list at unexpected size: {odd} at level: {len(shape)} expected size: "
                f"{len(items[0])}"
            )
        shape.append(len(items[0]))
        items = list(itertools.chain.from_iterable(items))
    if any(isinstance(item, list) for item in items):
        raise ServingError.invalid_argument(
            f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}"
        )
    return items, shape


def _leaves_to_array(leaves: Sequence, dtype: tf.DType) -> np.ndarray:
    """A flat array of that type, if every leaf is a JSON value for it."""
    if dtype == tf.string:
        array = np.empty(len(leaves), dtype=object)
        array[:] = [_to_bytes(leaf) for leaf in leaves]
        return array
    if dtype == tf.bool:
        _check_types(leaves, {bool}, dtype)
    elif dtype.is_integer and not dtype.is_quantized:
        _check_types(leaves, {int}, dtype)
        _check_range(leaves, dtype.min, dtype.max, dtype)
    elif dtype.is_floating:
        _check_types(leaves, {int, float}, dtype)
        return _rounded(leaves, dtype)
    elif leaves:
        raise ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"Conversion of JSON Value: {quote(leaves[0])} to type: {_type_name(dtype)}",
        )
    return np.array(leaves, dtype=dtype.as_numpy_dtype)


def _rounded(leaves: Sequence, dtype: tf.DType) -> np.ndarray:
    """Each number as the nearest one of a type of floats, with or without a decimal point.

    Only what would become infinite is refused: the greatest number's shortest digits do not.
    """
    numbers = np.array(leaves, np.float64)
    with np.errstate(over="ignore"):
        array = numbers.astype(dtype.as_numpy_dtype)
    lost = np.isinf(array) & np.isfinite(numbers)
    if lost.any():
        raise _lossy(leaves[int(np.argmax(lost))], dtype)
    return array


def _check_types(leaves: Sequence, types: set[type], dtype: tf.DType) -> None:
    if not set(map(type, leaves)) <= types:
        leaf = next(leaf for leaf in leaves if type(leaf) not in types)
        raise ServingError.invalid_argument(
            f"JSON Value: {quote(leaf)} Type: {json_type(leaf)} is not of expected type: "
            f"{_type_name(dtype)}"
        )


def _check_range(leaves: Sequence, low: float, high: float, dtype: tf.DType) -> None:
    if leaves and not (low <= min(leaves) and max(leaves) <= high):
        leaf = next(leaf for leaf in leaves if not low <= leaf <= high)
        raise _lossy(leaf, dtype)


def _lossy(leaf: float, dtype: tf.DType) -> ServingError:
    return ServingError.invalid_argument(
        f"Cannot convert JSON value: {quote(leaf)} to {_type_name(dtype)} without loss of precision."
    )


def _type_name(dtype: tf.DType) -> str:
    """TensorFlow Serving's: float, double and half where Python says float32, float64, float16."""
    return types_pb2.DataType.Name(dtype.as_datatype_enum).removeprefix("DT_").lower()


def _to_bytes(leaf: Any) -> bytes:
    if isinstance(leaf, str):
        try:
            return leaf.encode()
        except UnicodeEncodeError as error:
            raise ServingError.invalid_argument(
                f"JSON Value: {quote(leaf)} is not valid Unicode; encode bytes as "
                '{"b64": <base64 string>}'
            ) from error
    if isinstance(leaf, dict):
        if not is_base64(leaf):
            raise ServingError.invalid_argument(
                f"JSON Value: {quote(leaf)} not formatted correctly for base64 data"
            )
        try:
            return decode_base64(leaf["b64"])
        except ValueError as error:
            raise ServingError.invalid_argument("Unable to base64 decode") from error
    raise ServingError.invalid_argument(
        f"JSON Value: {quote(leaf)} Type: {json_type(leaf)} is not of expected type: string"
    )


def _is_object(value: Any) -> bool:
    """Whether it is a JSON object other than one that stands for base64 data."""
    return isinstance(value, dict) and not is_base64(value)
