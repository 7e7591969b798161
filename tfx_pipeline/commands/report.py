"""`ots report`: writes the report of a run again, or compares two runs."""

from __future__ import annotations

import pathlib

import click

from objects_that_sound.tfx_pipeline.commands.known_run import known_run
from objects_that_sound.tfx_pipeline.commands.root_option import ROOT


@click.command()
@click.option(
    "--root",
    required=True,
    type=ROOT,
    help="Folder of the run: what `ots run` or `ots demo` was given as --root.",
)
@click.option("--run_id", "--run-id", help="Id of the pipeline run.  [default: the latest]")
@click.option("--version", help="Version that the run pushed, instead of --run-id.")
@click.option("--compare", type=ROOT, help="Folder of a run to compare with.  [default: --root]")
@click.option("--compare-run-id", help="Id of the run to compare with.  [default: the latest]")
@click.option("--compare-version", help="Version that the run to compare with pushed.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Page of a comparison to write.  [default: comparison.html in --root]",
)
def command(
    root: pathlib.Path,
    run_id: str | None,
    version: str | None,
    compare: pathlib.Path | None,
    compare_run_id: str | None,
    compare_version: str | None,
    output: pathlib.Path | None,
) -> None:
    """Write report.json and report.html of a run again, or one page that compares two runs.

    ML Metadata does not know the title and the stages outside the pipeline. They are taken from the
    old report.json if it is of the same pipeline run.

    With any of the options --compare..., the page has two runs side by side: A is the run of --root,
    and B the other, of another folder or of the same.
    """
    # Imported here: `ots --help` must not wait for TensorFlow.
    from objects_that_sound.tfx_pipeline.report.comparison import COMPARISON_FILE, write_comparison
    from objects_that_sound.tfx_pipeline.report.report import HTML_FILE, write_report

    comparing = any((compare, compare_run_id, compare_version))
    if output is not None and not comparing:
        raise click.UsageError("--output is for a comparison: give --compare as well")
    summary = known_run(root, run_id, version)
    if not comparing:
        write_report(summary, root)
        click.echo(f"{root / HTML_FILE}")
        return
    other = known_run(compare or root, compare_run_id, compare_version)
    if (summary.root, summary.run_id) == (other.root, other.run_id):
        raise click.UsageError(
            f"both are run {other.run_id}: give another folder, run or version to compare with"
        )
    output = output or root / COMPARISON_FILE
    try:
        write_comparison(summary, other, output)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error}") from error
    click.echo(f"{output}")
