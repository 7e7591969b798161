"""What all JSON requests have in common: an object, a signature's name, bytes in base64."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pybase64

from objects_that_sound.serving.model_server import json_document
from objects_that_sound.serving.model_server.serving_error import ServingError

_MAX_QUOTED_CHARACTERS = 200


def parse_object(body: bytes) -> dict[str, Any]:
    """Reads a body that must be a JSON object.

    Raises:
        ServingError: INVALID_ARGUMENT, it is not.
    """
    if not body:
        raise ServingError.invalid_argument("JSON Parse error: The document is empty")
    try:
        document = json_document.loads(body)
    except ValueError as error:
        raise ServingError.invalid_argument(f"JSON Parse error: {error}") from error
    if not isinstance(document, dict):
        raise ServingError.invalid_argument(f"JSON Value: {quote(document)} Is not object")
    return document


def signature_name(document: Mapping[str, Any]) -> str:
    """The `signature_name` of a request; empty where it is not given.

    Raises:
        ServingError: INVALID_ARGUMENT, it is not a string.
    """
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise ServingError.invalid_argument(
            f"JSON Value: {quote(document)} not formatted correctly. 'signature_name' key must be "
            "a string value."
        )
    return name


def is_base64(value: Any) -> bool:
    """Whether it is a JSON object that stands for bytes: `{"b64": "..."}`."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("b64"), str)


def decode_base64(text: str) -> bytes:
    """Decodes; as in TensorFlow Serving, white space is skipped and padding may be left out.

    Raises:
        ValueError: it is not base64.
    """
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError:
        digits = "".join(text.split()).rstrip("=")
        return pybase64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)


def json_type(value: Any) -> str:
    """What RapidJSON calls it."""
    if isinstance(value, bool):
        return str(value)
    names = {dict: "Object", list: "Array", str: "String", type(None): "Null"}
    return names.get(type(value), "Number")


def quote(value: Any) -> str:
    """The beginning of its JSON, for error messages."""
    # Piece by piece: the value may be a whole request of many megabytes.
    pieces = itertools.islice(json.JSONEncoder().iterencode(value), _MAX_QUOTED_CHARACTERS)
    text = "".join(piece[: _MAX_QUOTED_CHARACTERS + 1] for piece in pieces)
    if len(text) > _MAX_QUOTED_CHARACTERS:
        text = text[:_MAX_QUOTED_CHARACTERS] + "..."
    return text
