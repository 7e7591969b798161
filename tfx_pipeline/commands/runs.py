"""`ots runs`: all runs of a root."""

from __future__ import annotations

import json
import pathlib

import click

from objects_that_sound.tfx_pipeline.commands.root_option import root_option


@click.command()
@root_option
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def command(root: pathlib.Path, as_json: bool) -> None:
    """List all runs of a root, oldest first: videos, spans, figures, decisions.

    The name of a run is the time at which it began. `ots report --run-id` writes the report of one
    run, and `ots lineage` tells where a pushed version came from.
    """
    # Imported here: `ots --help` must not wait.
    from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import text_table
    from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
    from objects_that_sound.tfx_pipeline.report.collect import collect_all_runs
    from objects_that_sound.tfx_pipeline.report.metadata_graph import RunNotFoundError
    from objects_that_sound.tfx_pipeline.report.run_table import headline_metrics, run_table

    try:
        summaries = collect_all_runs(root, PIPELINE_NAME)
    except RunNotFoundError as error:
        raise click.ClickException(str(error)) from error
    rows = run_table(summaries)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    names = list(rows[0]) if rows else []
    titles = {metric.column: metric.title for metric in headline_metrics(summaries)}
    heads = [titles.get(name, name) for name in names]
    click.echo(text_table(heads, [[row[name] for name in names] for row in rows]))
