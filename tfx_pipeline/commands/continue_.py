"""`ots continue`: continuous training, span by span."""

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
from objects_that_sound.tfx_pipeline.continuous.continuous_options import ContinuousOptions
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("continue")
@new_root_option()
@declared_options(ContinuousOptions)
@declared_options(RunOptions)
@run_switches
@output_switches
def command(
    root: str,
    enable_cache: bool,
    forget_missing: bool,
    verbose: bool,
    as_json: bool,
    quiet: bool,
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
        as_json=as_json,
        quiet=quiet,
        enable_cache=enable_cache,
        forget_missing=forget_missing,
        verbose=verbose,
    )
