"""Prints the advice of a run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

import click

_COLOURS = {"good": "green", "caution": "yellow", "bad": "red"}
_WIDTH = 100
_NO_BREAK = "\u00a0"


def tell_advice(advice: Mapping[str, Any], err: bool = False) -> None:
    """Prints it: the verdict in its colour, what it means, what to do next.

    Args:
        advice: entry of report.json; see `Advice`.
        err: whether to print it to stderr.
    """
    colour = _COLOURS[advice["tone"]]
    click.secho(advice["headline"], fg=colour, err=err)
    for doubt in advice["doubts"]:
        click.secho(doubt, fg=colour, err=err)
    for title, sentences, mark in (
        ("What this means", advice["findings"], "- "),
        ("What to do next", advice["next_steps"], "- "),
        ("The model that was not pushed", advice["candidate"], ""),
    ):
        if sentences:
            click.secho(title, bold=True, err=err)
        for sentence in sentences:
            click.echo(_wrapped(sentence, mark), err=err)
    if advice["commands"]:
        click.echo("  To try it beside what is served:", err=err)
    for line in advice["commands"]:
        click.echo(f"    {line}", err=err)


def _wrapped(sentence: str, mark: str) -> str:
    """Breaks between words only: paths, and commands in backticks, stay whole, to be copied."""
    kept = re.sub("`[^`]*`", lambda match: match[0].replace(" ", _NO_BREAK), sentence)
    text = textwrap.fill(
        kept,
        _WIDTH,
        initial_indent=f"  {mark}",
        subsequent_indent="  " + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return text.replace(_NO_BREAK, " ")
