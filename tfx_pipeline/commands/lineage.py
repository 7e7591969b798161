"""`ots lineage`: where a served model came from."""

from __future__ import annotations

import json
import pathlib

import click

from objects_that_sound.tfx_pipeline.commands.root_option import root_option


@click.command()
@click.argument("version", required=False)
@root_option
@click.option("--videos", is_flag=True, help="Show the name of every video.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known, as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Page to write as well, which shows the same.",
)
def command(
    version: str | None,
    root: pathlib.Path,
    videos: bool,
    as_json: bool,
    output: pathlib.Path | None,
) -> None:
    """Tell which videos, code and parameters made a served model, and what was measured and asked.

    VERSION is the name of a pushed folder, of a model or of a search index. Without it, the latest
    model is taken. The same is told of the model whose weights training began with, back to the first
    one. All of it comes from ML Metadata under ROOT and the artifacts that it names.
    """
    # Imported here: `ots --help` must not wait.
    from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
    from objects_that_sound.tfx_pipeline.report.collect import metadata_of
    from objects_that_sound.tfx_pipeline.report.lineage import model_lineage
    from objects_that_sound.tfx_pipeline.report.lineage_text import lineage_text
    from objects_that_sound.tfx_pipeline.report.metadata_graph import (
        RunNotFoundError,
        read_metadata_graph,
    )
    from objects_that_sound.tfx_pipeline.report.write_lineage import write_lineage

    try:
        lineage = model_lineage(read_metadata_graph(metadata_of(root), PIPELINE_NAME), version)
    except RunNotFoundError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(lineage.to_json(), indent=2, ensure_ascii=False))
    else:
        click.echo(lineage_text(lineage, videos))
    if output is not None:
        try:
            write_lineage(lineage, output)
        except OSError as error:
            raise click.ClickException(f"cannot write {output}: {error}") from error
        click.echo(f"{output}", err=True)
