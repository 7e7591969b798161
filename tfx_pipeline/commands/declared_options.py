"""Options of commands that are the fields of `RunOptions`, or of a dataclass like it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import click

from objects_that_sound.tfx_pipeline.knobs.click_options import from_options, options_of
from objects_that_sound.tfx_pipeline.knobs.knob import knobs_of
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits

Made = TypeVar("Made")


def declared_options(
    cls: type, *, structural_only: bool = False, only: Collection[str] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that gives a command an option for each field.

    Args:
        cls: `RunOptions`, or another dataclass of fields that may have `OptionTraits`.
        only: names of the fields that are options; None: all.
        structural_only: whether those fields alone are options that decide which steps there are.
    """
    traits = {knob.name: OptionTraits.of(knob) for knob in knobs_of(cls)}
    special: dict[str, dict[str, Any]] = {}
    for knob in knobs_of(cls):
        special[knob.name] = {"metavar": traits[knob.name].metavar}
        if knob.container is not None:
            special[knob.name]["help"] = f"{knob.help} May be given several times."
    return options_of(
        cls,
        but=[
            name
            for name, one in traits.items()
            if (structural_only and not one.structural) or (only is not None and name not in only)
        ],
        flags={name: one.flag for name, one in traits.items() if one.flag},
        special=special,
    )


def made_of_options(cls: type[Made], values: Mapping[str, Any]) -> Made:
    """Makes the dataclass of what click has read.

    Raises:
        click.UsageError: it refuses a value; says which and why.
    """
    try:
        return from_options(cls, values)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
