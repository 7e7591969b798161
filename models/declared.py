"""Fields of dataclasses that are declared as `name: Annotated[type, "Help.", *bounds] = default`.

The bounds are those of the library `annotated_types`; they hold for every number in the value.
"""

from __future__ import annotations

import dataclasses
import math
import numbers
import operator
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from annotated_types import BaseMetadata, Ge, GroupedMetadata, Gt, Le, Lt

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
_BOUNDS: dict[type, tuple[str, Any, str]] = {
    Ge: ("ge", operator.ge, "of at least"),
    Gt: ("gt", operator.gt, "above"),
    Le: ("le", operator.le, "of at most"),
    Lt: ("lt", operator.lt, "below"),
}


def check_declared(config: Any) -> None:
    """Checks all fields of a dataclass against their types and bounds.

    Raises:
        ValueError: names the field, what it must be, and what it is.
    """
    for name, hint in declared_types(type(config)).items():
        check_value(name, hint, getattr(config, name))


def declared_types(cls: type) -> dict[str, Any]:
    """The types of a dataclass's fields by name, with all that is declared besides."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def check_value(name: str, hint: Any, value: Any) -> None:
    """Checks one value.

    Args:
        name: name of the field, for the error.
        hint: type that is declared.
        value: value to check.

    Raises:
        ValueError: names the field, what it must be, and what it is.
    """
    if not fits(hint, value):
        raise ValueError(f"{name} must be {wanted(hint)}, not {value!r}")


def unwrapped(hint: Any) -> tuple[Any, tuple[BaseMetadata, ...], str]:
    """Takes `Annotated` apart: the type, its bounds, and its help or ""."""
    if typing.get_origin(hint) is not Annotated:
        return hint, (), ""
    base, *declared = typing.get_args(hint)
    words = next((one for one in declared if isinstance(one, str)), "")
    return base, tuple(_bounds(declared)), words


def members(hint: Any) -> tuple[Any, ...]:
    """The types that a value may have: several for a union, without `Annotated` around it."""
    base, _, _ = unwrapped(hint)
    is_union = typing.get_origin(base) in (typing.Union, types.UnionType)
    return typing.get_args(base) if is_union else (base,)


def fits(hint: Any, value: Any, bounds: tuple[BaseMetadata, ...] = ()) -> bool:
    """Tells whether a value is of a type and within its bounds.

    Args:
        hint: type that is declared.
        value: value to check.
        bounds: further bounds, declared around the type.
    """
    base, own, _ = unwrapped(hint)
    bounds += own
    origin, arguments = typing.get_origin(base), typing.get_args(base)
    if len(members(base)) > 1:
        return any(fits(one, value, bounds) for one in arguments)
    if origin is Literal:
        return any(value == one and type(value) is type(one) for one in arguments)
    if origin in (tuple, list):
        return isinstance(value, origin) and all(fits(arguments[0], one, bounds) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            fits(arguments[0], key, bounds) and fits(arguments[1], one, bounds)
            for key, one in value.items()
        )
    if base in (int, float):
        kind = numbers.Integral if base is int else numbers.Real  # NumPy's numbers, too
        return isinstance(value, kind) and not isinstance(value, bool) and _within(value, bounds)
    return isinstance(value, base)


def wanted(hint: Any, bounds: tuple[BaseMetadata, ...] = ()) -> str:
    """Says in words what a value must be.

    Args:
        hint: type that is declared.
        bounds: further bounds, declared around the type.
    """
    base, own, _ = unwrapped(hint)
    bounds += own
    origin, arguments = typing.get_origin(base), typing.get_args(base)
    if len(members(base)) > 1:
        return " or ".join(wanted(one, bounds) for one in arguments)
    if origin is Literal:
        *others, last = map(repr, arguments)
        return f"{', '.join(others)} or {last}" if others else last
    if origin in (tuple, list):
        return f"a list of values, each {wanted(arguments[0], bounds)}"
    if origin is not None:
        return f"NAME=VALUE with commas between, each value {wanted(arguments[1], bounds)}"
    if base is type(None):
        return "none"
    words = _WORDS.get(base, f"a {base.__name__}")
    limits = [f"{_BOUNDS[type(one)][2]} {_limit(one)}" for one in bounds]
    return " ".join([words, " and ".join(limits)]) if limits and base in (int, float) else words


def _bounds(declared: list[Any]) -> Iterator[BaseMetadata]:
    for one in declared:
        if isinstance(one, GroupedMetadata):  # Interval
            yield from _bounds(list(one))
        elif type(one) in _BOUNDS:
            yield one


def _limit(bound: BaseMetadata) -> Any:
    return getattr(bound, _BOUNDS[type(bound)][0])


def _within(value: Any, bounds: tuple[BaseMetadata, ...]) -> bool:
    return math.isfinite(value) and all(
        _BOUNDS[type(bound)][1](value, _limit(bound)) for bound in bounds
    )
