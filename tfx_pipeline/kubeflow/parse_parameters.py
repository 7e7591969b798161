"""Reads parameters of a run from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

STRING, LIST, BOOLEAN = "STRING", "LIST", "BOOLEAN"
INTEGER, DOUBLE = "NUMBER_INTEGER", "NUMBER_DOUBLE"
"""Types of parameters, as a pipeline specification names them."""

_READ: dict[str, Callable[[str], Any]] = {
    STRING: str,
    BOOLEAN: lambda text: {"true": True, "false": False}[text],
    INTEGER: int,
    DOUBLE: float,
}
_WORDS = {BOOLEAN: "true or false", INTEGER: "an integer", DOUBLE: "a number"}


def parse_parameters(texts: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    """Reads NAME=VALUE.

    Args:
        texts: each parameter once; one of type LIST as JSON, or once for each of its values.
        types: of all parameters, by name.

    Raises:
        ValueError: there is no such parameter, or a value is of another type; says which.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise ValueError(f"{text!r} is not NAME=VALUE")
        if name not in types:
            raise ValueError(f"there is no parameter {name!r}, only {', '.join(sorted(types))}")
        if types[name] == LIST:
            values[name] = [*values.get(name, []), *_list(name, value)]
        elif name in values:
            raise ValueError(f"parameter {name} is given twice, but is no list")
        else:
            values[name] = _value(name, value, types[name])
    return values


def _list(name: str, value: str) -> list[Any]:
    if not value.startswith("["):
        return [value]
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"parameter {name} is no list in JSON: {value} ({error})") from error


def _value(name: str, value: str, kind: str) -> Any:
    try:
        return _READ[kind](value)
    except (KeyError, ValueError) as error:
        raise ValueError(f"parameter {name} must be {_WORDS[kind]}, not {value!r}") from error
