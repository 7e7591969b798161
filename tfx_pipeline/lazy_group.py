"""A group of commands that are imported only when called, so that `--help` is instant."""

from __future__ import annotations

import importlib
import keyword
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from objects_that_sound.tfx_pipeline.commands.stopped import Stopped


class Entry(NamedTuple):
    """What a group says of a command before it is imported.

    Attributes:
        help: one line.
        examples: command lines that its own help ends with.
    """

    help: str
    examples: tuple[str, ...]


class LazyGroup(click.Group):
    """A click group that lists commands from tables and imports one only to run it."""

    def __init__(
        self, *args: Any, package: str, sections: Mapping[str, Mapping[str, Entry]], **kwargs: Any
    ):
        """Configures the group.

        Args:
            *args: of click.Group.
            package: holds for each command a module of its name with `command`; `-` is written as
                `_`, and a `_` follows a word of Python's own.
            sections: by heading, its commands, in the order of the help.
            **kwargs: of click.Group.
        """
        super().__init__(*args, **kwargs)
        self._package = package
        self._sections = sections
        self._entries = {name: one for table in sections.values() for name, one in table.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names in the order of the help."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command; None if there is none of that name."""
        if cmd_name not in self._entries:
            return None
        module = cmd_name.replace("-", "_")
        if keyword.iskeyword(module):
            module += "_"
        command = importlib.import_module(f"{self._package}.{module}").command
        command.epilog = examples_text(self._entries[cmd_name].examples)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the sections."""
        width = max(map(len, self._entries))
        for title, table in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), one.help) for name, one in table.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; Ctrl-C ends it with a sentence, and NO_COLOR is heeded."""
        if os.environ.get("NO_COLOR"):  # https://no-color.org
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Stopped(f"Stopped: ots {ctx.invoked_subcommand} is not done.") from None


def examples_text(lines: tuple[str, ...]) -> str:
    """The end of a command's help: its examples, each on a line of its own."""
    return "\b\n" + "\n".join(["Examples:", *(f"  {line}" for line in lines)])
