"""`ots run`: the pipeline on one's own videos."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.commands.output_switches import output_switches
from objects_that_sound.tfx_pipeline.commands.root_option import new_root_option
from objects_that_sound.tfx_pipeline.commands.run_and_tell import run_and_tell
from objects_that_sound.tfx_pipeline.commands.run_switches import run_switches
from objects_that_sound.tfx_pipeline.commands.tell_check import tell_check
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("run")
@new_root_option()
@declared_options(RunOptions)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only say what the run would make of the videos, and what it would cost.",
)
@run_switches
@output_switches
def command(
    root: str,
    dry_run: bool,
    enable_cache: bool,
    forget_missing: bool,
    verbose: bool,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Run the pipeline: ingest videos, train, evaluate, push if the gate says so, report.

    What did not change since the last run under ROOT is not computed again. The run ends with
    ROOT/report.html and ROOT/report.json.

    The exit status is 0 if a model was pushed, 3 if the gate refused it, 2 if an option is wrong, and
    1 after another error.
    """
    options = made_of_options(RunOptions, values)
    if dry_run:
        tell_check(options, root=root, as_json=as_json, quiet=quiet)
        return
    run_and_tell(
        options,
        root,
        as_json=as_json,
        quiet=quiet,
        enable_cache=enable_cache,
        forget_missing=forget_missing,
        verbose=verbose,
    )
