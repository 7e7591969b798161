"""The option of commands that look at all runs under one root."""

from __future__ import annotations

import pathlib

import click

root_option = click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    help="Folder of the runs: what `ots run` was given as --root.",
)
"""A decorator; the command gets a `pathlib.Path`."""
