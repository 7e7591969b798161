"""TensorFlow Serving's JSON for tensors: predict responses in row and column format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pybase64
import tensorflow as tf

from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.shortest_digits import shortest_digits

_BYTES_SUFFIX = "_bytes"


def write_response(outputs: Mapping[str, np.ndarray], is_row_format: bool) -> bytes:
    """The JSON of a predict response, `predictions` or `outputs`.

    A single output is written without its name. Strings of outputs named `..._bytes`, and strings
    that are not UTF-8, are written in base64.

    Raises:
        ServingError: INVALID_ARGUMENT, the outputs have no common 0th dimension for the row
            format, or a type that JSON has no form for.
    """
    if not outputs:
        raise ServingError.invalid_argument("Cannot convert empty tensor map to JSON")
    if is_row_format:
        _check_batches(outputs)
    values = {name: _to_json(name, array) for name, array in outputs.items()}
    if not is_row_format:
        result = values if len(values) > 1 else next(iter(values.values()))
        return json.dumps({"outputs": result}).encode()
    if len(values) == 1:
        rows = next(iter(values.values()))
    else:
        rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return json.dumps({"predictions": rows}).encode()


def _check_batches(outputs: Mapping[str, np.ndarray]) -> None:
    """Rows are told apart by a common 0th dimension."""
    expected: int | None = None
    for name, array in outputs.items():
        if not array.ndim:
            raise ServingError.invalid_argument(
                f"Tensor name: {name} has no shape information: use the column format ('inputs')"
            )
        if len(array) != (len(array) if expected is None else expected):
            raise ServingError.invalid_argument(
                f"Tensor name: {name} has inconsistent batch size: {len(array)} expecting: "
                f"{expected}: use the column format ('inputs')"
            )
        expected = len(array)


def _to_json(name: str, array: np.ndarray) -> Any:
    """Nested lists of what `json` can write."""
    if array.dtype == object:
        as_bytes = name.endswith(_BYTES_SUFFIX)
        texts = np.empty(array.size, dtype=object)
        texts[:] = [_text_to_json(text, as_bytes) for text in array.ravel()]
        return texts.reshape(array.shape).tolist()
    if array.dtype.kind in "biu":
        return array.tolist()
    if array.dtype == np.float64:
        return array.tolist()
    if array.dtype.kind in "fV" and tf.as_dtype(array.dtype).is_floating:
        return shortest_digits(array.astype(np.float32)).tolist()
    raise ServingError.invalid_argument(
        f"Failed to write JSON value for tensor type: {array.dtype}"
    )


def _text_to_json(text: bytes, as_bytes: bool) -> str | dict[str, str]:
    if not as_bytes:
        try:
            return text.decode()
        except UnicodeDecodeError:
            pass  # not text after all: base64 loses nothing
    return {"b64": pybase64.b64encode_as_string(text)}
