"""`ots run`: the pipeline on one's own videos."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.commands.run_and_tell import run_and_tell
from objects_that_sound.tfx_pipeline.commands.run_switches import run_switches
from objects_that_sound.tfx_pipeline.commands.tell_check import tell_check
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("run")
@click.option(
    "--root",
    required=True,
    type=click.Path(file_okay=False),
    help="Keeps everything: a folder, or s3://bucket/folder.",
)
@declared_options(RunOptions)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only say what the run would make of the videos, and what it would cost.",
)
@run_switches
def command(
    root: str,
    dry_run: bool,
    enable_cache: bool,
    forget_missing: bool,
    data_license: str,
    verbose: bool,
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
        tell_check(options, root=root)
        return
    run_and_tell(
        options,
        root,
        enable_cache=enable_cache,
        forget_missing=forget_missing,
        data_license=data_license,
        verbose=verbose,
    )
