"""`ots presets`: what there is to choose from, and all that it sets."""

from __future__ import annotations

import inspect
import itertools
import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from objects_that_sound.components.evaluation.threshold import spell_threshold
from objects_that_sound.tfx_pipeline.knobs.knob import Knob, spelt
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.presets.settings import settings_of


@click.command("presets")
@click.argument("name", required=False, type=click.Choice(list(PRESETS)))
@click.option(
    "--json", "as_json", is_flag=True, help="Print the values of all fields as JSON, by preset."
)
def command(name: str | None, as_json: bool) -> None:
    """List the presets, or all fields of the one called NAME with their values.

    `ots run --preset NAME --set FIELD=VALUE` changes a field.
    """
    if as_json:
        names = PRESETS if name is None else (name,)
        click.echo(json.dumps({one: _values(one) for one in names}, indent=2))
        return
    if name is None:
        width = max(map(len, PRESETS))
        for one in PRESETS:
            click.echo(f"{one:{width}}  {_header(one).splitlines()[0]}")
        return
    click.echo(_header(name))
    knobs = settings_of(PRESETS[name]())
    widths = [
        max(map(len, column))
        for column in zip(*((knob.name, _value(knob)) for knob in knobs), strict=True)
    ]
    for group, members in itertools.groupby(knobs, lambda knob: knob.name.rpartition(".")[0]):
        click.secho(f"\n{group or 'preset'}", bold=True)
        for knob in members:
            choices = f" [{'|'.join(knob.choices)}]" if knob.choices else ""
            click.echo(
                f"  {knob.name:{widths[0]}}  {_value(knob):{widths[1]}}  {knob.help}{choices}"
            )
            for threshold in _thresholds(knob):
                click.echo(f"    {threshold}")


def _header(name: str) -> str:
    """What the preset's module says of it, without the name."""
    words = inspect.getdoc(sys.modules[PRESETS[name].__module__]) or ""
    words = words.removeprefix(f"`--preset {name}`: ")
    return words[:1].upper() + words[1:]


def _values(name: str) -> dict[str, Any]:
    """Values of all fields of a preset; thresholds as `--threshold` takes them."""
    knobs = settings_of(PRESETS[name]())
    return {knob.name: list(_thresholds(knob)) if knob.mapping else knob.default for knob in knobs}


def _value(knob: Knob) -> str:
    """In a table; thresholds are too long for it."""
    return "" if knob.mapping else spelt(knob.default)


def _thresholds(knob: Knob) -> Iterator[str]:
    """As `--threshold` takes them."""
    for evaluator, thresholds in knob.default.items() if knob.mapping else ():
        for one in thresholds:
            yield f"{evaluator}:{spell_threshold(one)}"
