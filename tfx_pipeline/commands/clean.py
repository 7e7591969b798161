"""`ots clean`: room that old runs take."""

from __future__ import annotations

import itertools
import json
import pathlib

import click

from objects_that_sound.tfx_pipeline.commands.root_option import root_option


@click.command("clean")
@root_option
@click.option("--yes", is_flag=True, help="Remove what is shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the folders as JSON.")
def command(root: pathlib.Path, yes: bool, as_json: bool) -> None:
    """Show the examples and models that old runs under ROOT keep, and with --yes remove them.

    These are never removed: what the latest run and the latest pushed model were made of, the latest
    blessed model, all served versions, the figures and decisions of all runs, and the examples of a
    continuous training. A run that needs anything else again computes it anew.
    """
    # Imported here: `ots --help` must not wait.
    from objects_that_sound.tfx_pipeline.old_artifacts import old_artifacts, remove
    from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
    from objects_that_sound.tfx_pipeline.report.advice.words import size
    from objects_that_sound.tfx_pipeline.report.collect import metadata_of
    from objects_that_sound.tfx_pipeline.report.metadata_graph import (
        RunNotFoundError,
        read_metadata_graph,
    )
    from objects_that_sound.tfx_pipeline.run_error import RunError
    from objects_that_sound.tfx_pipeline.run_lock import run_lock
    from objects_that_sound.tfx_pipeline.run_paths import RunPaths

    paths = RunPaths.under(str(root))
    try:
        with run_lock(paths.lock):
            found = old_artifacts(read_metadata_graph(metadata_of(root), PIPELINE_NAME), paths)
            if yes:
                remove(found)
    except (OSError, RunError, RunNotFoundError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([one._asdict() for one in found], indent=2))
        return
    for run, artifacts in itertools.groupby(found, lambda one: one.run):
        click.secho(f"Run {run}", bold=True)
        for one in artifacts:
            click.echo(f"  {size(one.bytes):>8}  {one.node}  {one.folder}")
    total = size(sum(one.bytes for one in found))
    if not found:
        click.echo("Old runs keep nothing that can be removed.")
    elif yes:
        click.echo(f"{total} were freed.")
    else:
        click.echo(f"{total} can be freed: ots clean --root {root} --yes")
