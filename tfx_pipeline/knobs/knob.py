"""One setting, as a dataclass declares it."""

from __future__ import annotations

import dataclasses
import pathlib
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt

from objects_that_sound.models.declared import (
    check_value,
    declared_types,
    fits,
    members,
    unwrapped,
    wanted,
)


@dataclasses.dataclass(frozen=True)
class Knob:
    """A field that is declared as `name: Annotated[type, "Help.", *bounds] = default`.

    Attributes:
        name: name of the field.
        hint: type as it is declared, with all that is declared besides.
        help: line that says what it is.
        default: value where none is given; `dataclasses.MISSING` where a value is required.
    """

    name: str
    hint: Any
    help: str
    default: Any = dataclasses.MISSING

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is dataclasses.MISSING

    @property
    def optional(self) -> bool:
        """Whether None is a value."""
        return type(None) in members(self.hint)

    @property
    def container(self) -> type | None:
        """`tuple` or `list` where it is several values."""
        origin = typing.get_origin(self._type)
        return origin if origin in (tuple, list) else None

    @property
    def mapping(self) -> bool:
        """Whether it is a mapping from names to values."""
        origin = typing.get_origin(self._type)
        return isinstance(origin, type) and issubclass(origin, Mapping)

    @property
    def one(self) -> Knob:
        """The knob of each of several values; itself where there is one only."""
        if self.container is None:
            return self
        _, bounds, _ = unwrapped(self.hint)
        hint: Any = typing.get_args(self._type)[0]
        if bounds:
            hint = Annotated[(hint, *bounds)]
        return dataclasses.replace(self, hint=hint, default=dataclasses.MISSING)

    @property
    def choices(self) -> tuple[Any, ...]:
        """All values there are, if they are declared as a Literal; else none."""
        is_literal = typing.get_origin(self._type) is Literal
        return typing.get_args(self._type) if is_literal else ()

    @property
    def kind(self) -> type | None:
        """The class of its value, or of each of several; None for mappings and unions of classes."""
        if self.container is not None:
            return self.one.kind
        if self.choices:
            return type(self.choices[0])
        return self._type if isinstance(self._type, type) else None

    @property
    def bounds(self) -> dict[str, Any]:
        """The limits of a number, those that there are: by "ge", "gt", "le" and "lt"."""
        declared = [self.hint]
        if self._type is not None:
            declared += members(self.hint)
        return {
            name: getattr(bound, name)
            for hint in declared
            for bound in unwrapped(hint)[1]
            for kind, name in ((Ge, "ge"), (Gt, "gt"), (Le, "le"), (Lt, "lt"))
            if isinstance(bound, kind)
        }

    @property
    def _type(self) -> Any:
        """The type without None, bounds and help; None where there are several."""
        types = [one for one in members(self.hint) if one is not type(None)]
        return unwrapped(types[0])[0] if len(types) == 1 else None


def knobs_of(cls: type) -> list[Knob]:
    """Reads the fields of a dataclass in their order."""
    knobs = []
    hints = declared_types(cls)
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        knobs.append(Knob(field.name, hint, unwrapped(hint)[2], default))
    return knobs


def check(knob: Knob, value: Any) -> None:
    """Checks a value's type and bounds.

    Raises:
        ValueError: names the knob, what it must be, and the value.
    """
    check_value(knob.name, knob.hint, value)


def parse(knob: Knob, text: str) -> Any:
    """Reads a value as one writes it on a command line.

    Args:
        knob: what to read.
        text: of lists, values with commas between them; of mappings, `name=value` likewise; of a
            bool, `true` or `false`; of what may be None, also `none`.

    Raises:
        ValueError: names the knob, what it must be, and the text.
    """
    try:
        value = _read(knob.hint, text)
        check(knob, value)
    except ValueError as error:
        raise ValueError(f"{knob.name} must be {wanted(knob.hint)}, not {text!r}") from error
    return value


def spelt(value: Any) -> str:
    """Writes a value as `parse` reads it."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={spelt(one)}" for name, one in value.items())
    if isinstance(value, (tuple, list)):
        return ",".join(map(spelt, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _read(hint: Any, text: str) -> Any:
    base, _, _ = unwrapped(hint)
    origin, arguments = typing.get_origin(base), typing.get_args(base)
    if len(members(base)) > 1:
        return _first_that_reads(arguments, text)
    if origin is Literal:
        return next((one for one in arguments if str(one) == text), text)
    if origin in (tuple, list):
        return origin(_read(arguments[0], one) for one in text.split(",") if one)
    if origin is not None and issubclass(origin, Mapping):
        pairs = [one.partition("=") for one in text.split(",") if one]
        if not all(name and equals for name, equals, _ in pairs):
            raise ValueError(text)
        return {name: _read(arguments[1], one) for name, _, one in pairs}
    if base is type(None) and text != "none":
        raise ValueError(text)
    if base is bool and text not in ("true", "false"):
        raise ValueError(text)
    constants = {bool: text == "true", type(None): None}
    if base in constants:
        return constants[base]
    if base in (int, float, str, pathlib.Path):
        return base(text)
    raise ValueError(f"{base} has no spelling on a command line")


def _first_that_reads(hints: tuple[Any, ...], text: str) -> Any:
    """None first: a text, or a path, would be anything."""
    for hint in sorted(hints, key=lambda one: one is not type(None)):
        try:
            value = _read(hint, text)
        except ValueError:
            continue
        if fits(hint, value):
            return value
    raise ValueError(text)
