"""`ots report`: writes the report of a run again, from what ML Metadata knows of it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tfx_pipeline.report.run_summary import RunSummary


@click.command()
@click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path),
    help="Folder of the run: what `ots run` or `ots demo` was given as --root.",
)
@click.option("--run_id", default=None, help="The pipeline run; the latest if not given.")
def command(root: pathlib.Path, run_id: str | None) -> None:
    """Write report.json and report.html of a run again.

    What ML Metadata does not know (the served model's figures, stages outside the pipeline) is
    taken from the report.json that is there, if it is of the same pipeline run.
    """
    # Imported here: `ots --help` must not wait for TensorFlow.
    from tfx_pipeline.pipeline import PIPELINE_NAME
    from tfx_pipeline.report.collect import collect_run
    from tfx_pipeline.report.report import HTML_FILE, JSON_FILE, write_report
    from tfx_pipeline.report.run_records import RunNotFoundError

    earlier = {}
    if (root / JSON_FILE).is_file():
        try:
            earlier = json.loads((root / JSON_FILE).read_text())
        except ValueError as error:
            raise click.ClickException(f"{root / JSON_FILE} is not JSON: {error}") from error
    try:
        summary = collect_run(root, PIPELINE_NAME, run_id)
    except RunNotFoundError as error:
        raise click.ClickException(str(error)) from error
    if earlier.get("run_id") == summary.run_id:
        summary = _with_earlier(summary, earlier)
    write_report(summary, root)
    click.echo(f"{root / HTML_FILE}")


def _with_earlier(summary: RunSummary, earlier: dict[str, Any]) -> RunSummary:
    from tfx_pipeline.report.run_summary import Stage

    collected = {stage.name: stage for stage in summary.stages}
    known = [Stage(**stage) for stage in earlier.get("stages", [])]
    stages = [collected.pop(stage.name, stage) for stage in known] + list(collected.values())
    return dataclasses.replace(
        summary,
        title=earlier.get("title", summary.title),
        serving=earlier.get("serving"),
        stages=tuple(stages),
    )
