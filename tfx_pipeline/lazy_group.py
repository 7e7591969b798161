"""A group of commands that are imported only when called, so that `--help` is instant."""

from __future__ import annotations

import importlib
import keyword
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A click group that lists commands from a table and imports one only to run it."""

    def __init__(self, *args: Any, package: str, table: Mapping[str, str], **kwargs: Any):
        """Configures the group.

        Args:
            *args: of click.Group.
            package: holds for each command a module of its name with `command`; `-` is written as
                `_`, and a `_` follows a word of Python's own.
            table: by command, its one line of help.
            **kwargs: of click.Group.
        """
        super().__init__(*args, **kwargs)
        self._package = package
        self._table = dict(table)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names in the table's order."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command; None if there is none of that name."""
        if cmd_name not in self._table:
            return None
        module = cmd_name.replace("-", "_")
        if keyword.iskeyword(module):
            module += "_"
        return importlib.import_module(f"{self._package}.{module}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))
