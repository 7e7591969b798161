"""Reads JSON as TensorFlow Serving does (RapidJSON): strict, but for NaN and Infinity."""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import Any

import orjson

_CONSTANT = re.compile(r"\b(?:NaN|Inf(?:inity)?)\b")
_UNKNOWN_TO_PYTHON = re.compile(r"\bInf\b|-NaN\b")
_UNKNOWN_OR_STRING = re.compile(
    rf'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|{_UNKNOWN_TO_PYTHON.pattern}', re.DOTALL
)
"""Strings, too, so that nothing is found within one. (The second `+` of each `*+` keeps the search
from remembering every character that it might have to go back to.)"""
_LARGE = re.compile(r"[eE]\+?\d{3}|\d{300}")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_LIST_BYTES, _OBJECT_BYTES = 64, 240
"""Memory of a list and of an object with a value or two, without these."""
_MAX_MEMORY_BYTES = 2**30
_SHORTEST_OBJECT_BYTES = 3
"""In JSON, with its comma."""

_RAPIDJSONS_WORDS = {
    "input data is empty": "The document is empty.",
    "expected a JSON value": "Invalid value.",
    "invalid literal": "Invalid value.",
    "expected a string key": "Missing a name for object member.",
    "expected ':' after key": "Missing a colon after a name of object member.",
    "expected ',' or '}'": "Missing a comma or } after an object member.",
    "expected ',' or ']'": "Missing a comma or ] after an array element.",
    "content after document": "The document root must not be followed by other values.",
    "infinity when parsed": "Number too big to be stored in double.",
    "surrogate": "The surrogate pair in string is invalid.",
}
"""What a client may look for, by a part of what orjson says."""


def loads(body: bytes) -> Any:
    """The value that a JSON document stands for.

    NaN, Inf, Infinity and their negatives are floats. A number that no float64 can hold, and a
    string that is not Unicode (with one surrogate of a pair), is an error: the number would become
    infinite, and the string could not be passed on.

    Raises:
        ValueError: it is no such document (the message says where not), or one of so many lists and
            objects that they would take more than a gigabyte: thirty times as much as the bytes.
    """
    if len(body) * _OBJECT_BYTES // _SHORTEST_OBJECT_BYTES > _MAX_MEMORY_BYTES:
        _check_memory(body)
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        failure = error
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"Invalid encoding in string. ({error})") from error
    if not _CONSTANT.search(text):
        raise ValueError(_in_rapidjsons_words(str(failure))) from failure
    if _UNKNOWN_TO_PYTHON.search(text):
        text = _UNKNOWN_OR_STRING.sub(lambda found: _known(found[0]), text)
    try:
        is_large = _LARGE.search(text)
        document = json.loads(
            text,
            parse_float=_checked_float if is_large else None,
            parse_int=_checked_int if is_large else None,
        )
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("depth limit exceeded") from error
    return document


def _check_memory(body: bytes) -> None:
    memory = body.count(b"[") * _LIST_BYTES + body.count(b"{") * _OBJECT_BYTES
    if memory > _MAX_MEMORY_BYTES:
        raise ValueError(
            f"there are so many lists and objects that they would take {memory >> 20} MiB of "
            f"memory, and at most {_MAX_MEMORY_BYTES >> 20} MiB are given to them; send fewer "
            "instances at a time, or the same in columns"
        )


def _known(token: str) -> str:
    """The same constant as Python's `json` has it, or the same string."""
    return {"Inf": "Infinity", "-NaN": "NaN"}.get(token, token)


def _checked_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"Number too big to be stored in double. ({digits[:40]}...)")
    return value


def _checked_int(digits: str) -> int:
    _checked_float(digits)
    return int(digits)


def _in_rapidjsons_words(words: str) -> str:
    for part, rapidjsons in _RAPIDJSONS_WORDS.items():
        if part in words:
            return f"{rapidjsons} ({words})"
    return words
