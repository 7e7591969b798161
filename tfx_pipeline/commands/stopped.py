"""A command that was stopped by Ctrl-C."""

from __future__ import annotations

from typing import IO, Any

import click


class Stopped(click.ClickException):
    """Ends a command with a sentence that says what was kept and how to go on."""

    exit_code = 130  # as shells have it of a program that SIGINT ended

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the sentence, below what was on the line."""
        click.echo(f"\n{self.format_message()}", err=True, file=file)
