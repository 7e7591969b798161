"""The switches `--json` and `--quiet` of commands that take long."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import click

quiet_option = click.option("--quiet", is_flag=True, help="Show no progress.")
"""A decorator, for commands that show nothing else on the way; the command gets `quiet`."""


def output_switches(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds both to a command that ends with a report; the command gets `as_json` and `quiet`."""
    function = click.option(
        "--quiet", is_flag=True, help="Show no stages and no progress, but only how it ends."
    )(function)
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the report as JSON, as in report.json. The words go to stderr.",
    )(function)


@contextlib.contextmanager
def progress_hidden(quiet: bool) -> Iterator[None]:
    """Hides what is told on stderr while the command is at work; errors that end it are shown.

    Args:
        quiet: whether to hide anything.
    """
    if not quiet:
        yield
        return
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield
