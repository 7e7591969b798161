"""`ots advise`: what more video would bring."""

from __future__ import annotations

import json
import os
import pathlib

import click

from objects_that_sound.tfx_pipeline.commands.advice_text import tell_advice
from objects_that_sound.tfx_pipeline.commands.known_run import known_run
from objects_that_sound.tfx_pipeline.commands.output_switches import (
    output_switches,
    progress_hidden,
)
from objects_that_sound.tfx_pipeline.commands.root_option import root_option


@click.command("advise")
@root_option
@output_switches
def command(root: pathlib.Path, as_json: bool, quiet: bool) -> None:
    """Say what more video would bring, and what to do next after the latest run under ROOT.

    The command trains by the run's own recipe on a quarter and on a half of its scenes. It measures
    both models and that of the run on the same held-out pairs, and estimates what twice and four
    times as much video would bring. The report is written again, with this advice.

    This takes up to twice the time of the run's training. What was trained is kept, and an interrupted
    command continues where it was.
    """
    # Imported here: `ots --help` must not wait for TensorFlow.
    from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import learning_curve_folder
    from objects_that_sound.tfx_pipeline.learning_curve.measure_learning_curve import (
        measure_learning_curve,
    )
    from objects_that_sound.tfx_pipeline.learning_curve.trained_run import find_trained_run
    from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
    from objects_that_sound.tfx_pipeline.report.collect import metadata_of
    from objects_that_sound.tfx_pipeline.report.report import HTML_FILE, write_report
    from objects_that_sound.tfx_pipeline.report.run_records import (
        RunNotFoundError,
        read_run_records,
    )
    from objects_that_sound.tfx_pipeline.run_error import RunError
    from objects_that_sound.tfx_pipeline.run_lock import run_lock
    from objects_that_sound.tfx_pipeline.run_paths import RunPaths

    try:
        records = read_run_records(metadata_of(root), PIPELINE_NAME)
        run = find_trained_run(records)
        folder = learning_curve_folder(os.path.abspath(root), run.model)
        with run_lock(RunPaths.under(str(root)).lock), progress_hidden(quiet):
            measure_learning_curve(run, folder, lambda text: click.secho(text, bold=True, err=True))
    except (RunError, RunNotFoundError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    report = write_report(known_run(root, records.run_id), root)
    if as_json:
        click.echo(json.dumps(report, indent=2))
    with progress_hidden(as_json and quiet):
        tell_advice(report["advice"], err=as_json)
        click.echo(f"Report: {root / HTML_FILE}", err=as_json)
