"""Options of a command that are the fields of a dataclass."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from objects_that_sound.tfx_pipeline.knobs.knob import Knob, knobs_of, parse

Made = TypeVar("Made")


class TextType(click.ParamType):
    """What `parse` reads of one text: mappings, lists, and values of one type or another."""

    def __init__(self, knob: Knob):
        """Configures the type.

        Args:
            knob: setting whose type it is.
        """
        self.name = "name=value,..." if knob.mapping else "value"
        self._knob = knob

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Reads a text; a default is taken as it is."""
        if not isinstance(value, str):
            return value
        try:
            return parse(self._knob, value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def options_of(
    cls: type,
    *,
    but: Sequence[str] = (),
    flags: Mapping[str, str] | None = None,
    special: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[Callable], Callable]:
    """A decorator that gives a command an option for each field, in their order.

    Help and default are the declared ones. A bool is a flag, with a `--no-` beside it where its
    default is not False; a tuple or a list is an option that may be given several times; Literals
    are choices; numbers have their bounds.

    Args:
        cls: dataclass of fields declared as `name: Annotated[type, "Help.", *bounds] = default`.
        but: fields that are no options.
        flags: spellings by field, where they are not the name with hyphens: `--threshold`.
        special: further attributes of `click.option` by field, such as a metavar or a callback.
    """

    def decorate(command: Callable) -> Callable:
        for knob in reversed(knobs_of(cls)):
            if knob.name not in but:
                flag = (flags or {}).get(knob.name, f"--{knob.name.replace('_', '-')}")
                command = option_of(knob, flag, **(special or {}).get(knob.name, {}))(command)
        return command

    return decorate


def option_of(knob: Knob, flag: str, **special: Any) -> Callable[[Callable], Callable]:
    """A decorator that gives a command one option.

    Args:
        knob: the setting.
        flag: how it is spelt, with its hyphens.
        **special: attributes of `click.option` instead of what follows from the knob.
    """
    attributes: dict[str, Any] = {"help": knob.help, "required": knob.required}
    if not knob.required:
        attributes["default"] = knob.default
        attributes["show_default"] = knob.default not in ("", (), [], {})  # nothing to be seen
    if knob.kind is bool and knob.container is None:
        attributes["is_flag"] = True
        if knob.default is not False and "is_flag" not in special:
            flag = f"{flag}/--no-{flag.removeprefix('--')}"
    else:
        attributes["type"] = _type(knob.one)
        attributes["multiple"] = knob.container is not None
    return click.option(flag, knob.name, **(attributes | special))


def from_options(cls: type[Made], values: Mapping[str, Any]) -> Made:
    """Makes a dataclass of what click has read.

    Args:
        cls: what `options_of` was given.
        values: by name; others than the fields' are left out.

    Raises:
        ValueError: the dataclass refuses a value.
    """
    fields = {knob.name: knob for knob in knobs_of(cls)}
    taken = {name: value for name, value in values.items() if name in fields}
    for name, value in taken.items():
        container = fields[name].container
        if container is not None and value is not None:  # click's are tuples
            taken[name] = container(value)
    return cls(**taken)


def _type(knob: Knob) -> Any:
    bounds = knob.bounds
    if knob.choices:
        return click.Choice(knob.choices)
    if bounds and knob.kind in (int, float):
        made = click.IntRange if knob.kind is int else click.FloatRange
        return made(
            min=bounds.get("ge", bounds.get("gt")),
            max=bounds.get("le", bounds.get("lt")),
            min_open="gt" in bounds,
            max_open="lt" in bounds,
        )
    if knob.kind is pathlib.Path:
        return click.Path(path_type=pathlib.Path)
    return knob.kind if knob.kind in (int, float, str, bool) else TextType(knob)
