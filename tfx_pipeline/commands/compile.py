"""`ots compile`: the pipeline as a file for Kubeflow Pipelines or Vertex AI."""

from __future__ import annotations

import pathlib
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.knobs.knob import knobs_of
from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("compile")
@click.option(
    "--target",
    required=True,
    type=click.Choice(["kubeflow"]),
    help="System to run it: Kubeflow Pipelines 2 (Vertex AI takes the same file).",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="File to write. Its name ends in .yaml.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Default of a parameter that `ots submit` can set, for example preset=full. May be given "
    "several times. A list takes one for each value.",
)
@click.option("--pipeline-root", help="Folder for artifacts, for example gs://bucket/artifacts.")
@declared_options(Deployment)
@declared_options(RunOptions, structural_only=True)
def command(
    target: str,
    output: pathlib.Path,
    parameters: tuple[str, ...],
    pipeline_root: str | None,
    **given: Any,
) -> None:
    """Write the pipeline of `ots run` as a specification for Kubeflow Pipelines 2 and Vertex AI.

    Videos, preset, thresholds, push destination and others are parameters, which `ots submit` sets.
    The options here decide which steps there are, and where they run.
    """
    if output.suffix not in (".yaml", ".yml"):
        raise click.BadParameter(f"{output.name} does not end in .yaml", param_hint="--output")
    deployment = made_of_options(Deployment, given)
    try:
        import kfp.kubernetes  # noqa: F401
    except ImportError as error:
        raise click.ClickException(
            f"{error}: install kfp with pip install 'objects-that-sound[kubeflow]'"
        ) from error
    from objects_that_sound.tfx_pipeline.kubeflow.compile_pipeline import compile_pipeline
    from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import parse_parameters
    from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import parameter_types

    own = {knob.name for knob in knobs_of(Deployment)}
    structure = {name: value for name, value in given.items() if name not in own}
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        steps = compile_pipeline(
            str(output),
            deployment,
            structure,
            parse_parameters(parameters, parameter_types()),
            pipeline_root,
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{output}: {len(steps)} steps: {', '.join(steps)}")
