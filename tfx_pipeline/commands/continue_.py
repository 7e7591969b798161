"""`ots continue`: continuous training, span by span."""

from __future__ import annotations

from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.commands.run_and_tell import run_and_tell
from objects_that_sound.tfx_pipeline.commands.run_switches import run_switches
from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("continue")
@click.option(
    "--root",
    required=True,
    type=click.Path(file_okay=False),
    help="Keeps everything: a folder, or s3://bucket/folder.",
)
@declared_options(ContinuousOptions)
@declared_options(RunOptions)
@run_switches
def command(
    root: str,
    enable_cache: bool,
    forget_missing: bool,
    data_license: str,
    verbose: bool,
    **values: Any,
) -> None:
    """Ingest the new videos, check them, continue training, push if the gate says so.

    The new videos become a span. If it is like the span before, training continues from the latest
    blessed model on a window of the latest spans. See docs/continuous_training.md.

    The exit status is 0 if a model was pushed or there was nothing to do, 3 if the gate refused the
    model, 4 if the new videos were refused, 2 if an option is wrong, and 1 after another error.
    """
    run_and_tell(
        made_of_options(RunOptions, values),
        root,
        continuous=made_of_options(ContinuousOptions, values),
        enable_cache=enable_cache,
        forget_missing=forget_missing,
        data_license=data_license,
        verbose=verbose,
    )
