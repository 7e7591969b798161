"""TensorFlow Serving's JSON for classify and regress: tf.Examples in, results out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from tensorflow.core.example import example_pb2, feature_pb2
from tensorflow_serving.apis import classification_pb2, input_pb2, regression_pb2

from objects_that_sound.serving.model_server import request_json
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.shortest_digits import shortest_digits

_INT64 = (-(2**63), 2**63 - 1)
_FLOAT32_MAX = float(np.finfo(np.float32).max)  # NumPy 2 would compare in float32


def parse_body(body: bytes, method: str) -> tuple[str, input_pb2.Input]:
    """Reads `{"signature_name": ..., "context": {...}, "examples": [{...}, ...]}`.

    Args:
        body: the request's.
        method: for the error message.

    Returns:
        The name of the signature (empty where it is not given) and the examples.

    Raises:
        ServingError: INVALID_ARGUMENT, it is not JSON of that form.
    """
    document = request_json.parse_object(body)
    signature_name = request_json.signature_name(document)
    listed = input_pb2.Input()
    made: Any = listed.example_list
    if "context" in document:
        made = listed.example_list_with_context
        _fill(made.context, document["context"])
    if "examples" not in document:
        raise ServingError.invalid_argument(
            f"When method is {method}, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list) or not examples:
        raise ServingError.invalid_argument(
            "Expecting 'examples' value to be an list/array with at least one element"
        )
    for example in examples:
        _fill(made.examples.add(), example)
    return signature_name, listed


def write_classifications(result: classification_pb2.ClassificationResult) -> bytes:
    """`{"results": [[[label, score], ...], ...]}`: a list of classes for each example."""
    rows = []
    for classified in result.classifications:
        labels = [one.label for one in classified.classes]
        scores = _numbers(one.score for one in classified.classes)
        rows.append(list(zip(labels, scores, strict=True)))
    return json.dumps({"results": rows}).encode()


def write_regressions(result: regression_pb2.RegressionResult) -> bytes:
    """`{"results": [value, ...]}`: a number for each example."""
    return json.dumps({"results": _numbers(one.value for one in result.regressions)}).encode()


def _numbers(values: Iterable[float]) -> list[float]:
    return shortest_digits(np.fromiter(values, np.float32)).tolist()


def _fill(example: example_pb2.Example, value: Any) -> None:
    if not isinstance(value, dict):
        raise ServingError.invalid_argument(
            f"Example must be JSON object but got JSON {request_json.json_type(value)}"
        )
    for name, content in value.items():
        feature = example.features.feature[name]
        items = content if isinstance(content, list) else [content]
        integer = float if float in map(type, items) else int  # [1, 2.5]: many write 1.0 as 1
        for item in items:
            _add(feature, name, item, integer)


def _add(feature: feature_pb2.Feature, name: str, value: Any, integer: type) -> None:
    stored: int | float | bytes
    kind_of = integer if type(value) is int else type(value)
    if kind_of in (bool, int):
        if not _INT64[0] <= value <= _INT64[1]:
            raise ServingError.invalid_argument(
                f"Feature: {name} has an integer out of range. Only int64 is supported."
            )
        kind, stored = "int64_list", int(value)
    elif kind_of is float:
        if _FLOAT32_MAX < abs(value) < math.inf:
            raise ServingError.invalid_argument(
                f"Cannot convert JSON value: {value} to float without loss of precision."
            )
        kind, stored = "float_list", float(value)
    elif isinstance(value, str):
        kind, stored = "bytes_list", value.encode("utf-8", "surrogatepass")
    elif isinstance(value, dict) and request_json.is_base64(value):
        kind, stored = "bytes_list", _decode(value["b64"])
    else:
        raise ServingError.invalid_argument(
            f"Feature: {name} has element with unexpected JSON type: {request_json.json_type(value)}"
        )
    if feature.WhichOneof("kind") not in (None, kind):
        raise ServingError.invalid_argument(
            f"Unexpected element type in feature: {name} expecting type: "
            f"{str(feature.WhichOneof('kind')).removesuffix('_list')}"
        )
    getattr(feature, kind).value.append(stored)


def _decode(text: str) -> bytes:
    try:
        return request_json.decode_base64(text)
    except ValueError as error:
        raise ServingError.invalid_argument("Unable to base64 decode") from error
