"""The option `--root`: of commands that run the pipeline, and of those that look at its runs."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import click

from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address, work_folder


class _Root(click.Path):
    """An existing folder; of a root on object storage, says where its copy is."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=pathlib.Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, str) and is_address(value):
            try:
                folder = work_folder(value)
            except ValueError as error:
                self.fail(str(error), param, ctx)
            self.fail(
                f"{value} is looked at in the folder in which this machine works on it, and which "
                f"ots run brings up to date: {folder}",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


ROOT = _Root()
"""Its type; gives a `pathlib.Path`."""

root_option = click.option(
    "--root",
    required=True,
    type=ROOT,
    help="Folder of the runs: what `ots run` was given as --root.",
)
"""A decorator; the command gets a `pathlib.Path`."""


def new_root_option(default: str | None = None) -> Callable[..., Any]:
    """Makes a decorator for commands that run the pipeline; the command gets a string.

    Args:
        default: folder; None where the option must be given.
    """
    # For click, a default of None is a default.
    otherwise: dict[str, Any] = (
        {"required": True} if default is None else {"default": default, "show_default": True}
    )
    return click.option(
        "--root",
        **otherwise,
        type=click.Path(file_okay=False),
        help="Folder of the run, or s3://bucket/folder. It keeps everything, and is made if needed.",
    )
