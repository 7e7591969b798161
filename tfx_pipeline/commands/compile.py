"""`ots compile`: the pipeline as a file for Kubeflow Pipelines or Vertex AI."""

from __future__ import annotations

import pathlib
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import declared_options
from objects_that_sound.tfx_pipeline.run_options import RunOptions


class _Pair(click.ParamType):
    """Two texts with a separator between them, such as KEY=VALUE."""

    def __init__(self, metavar: str, separator: str):
        self.name = metavar
        self._separator = separator

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        first, separator, second = str(value).partition(self._separator)
        if not (first and separator and second):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return first, second


def _check_retries(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, int]:
    """By step; "" for all."""
    retries = {}
    for value in values:
        step, _, number = value.rpartition("=")
        if not number.isdecimal():
            raise click.BadParameter(f"{value!r} is neither a number nor STEP=NUMBER")
        retries[step] = int(number)
    return retries


@click.command("compile")
@click.option(
    "--target",
    required=True,
    type=click.Choice(["kubeflow"]),
    help="What is to run it: Kubeflow Pipelines 2 (and Vertex AI, which takes the same file).",
)
@click.option(
    "--image", required=True, help="Container image with this project; see docs/kubeflow.md."
)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="The file to write; its name ends in .yaml.",
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Default of a parameter that `ots submit` can set, e.g. preset=full. May be given several "
    "times, for a list once for each value.",
)
@click.option("--pipeline-root", help="Where Kubeflow keeps artifacts, e.g. gs://bucket/artifacts.")
@click.option("--trainer-image", default="", help="Another image for Trainer, with GPU libraries.")
@click.option(
    "--gpus",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="That Trainer asks for; of all its workers together.",
)
@click.option(
    "--training-workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Pods that train together, by a TrainJob of Kubeflow Trainer 2.",
)
@click.option(
    "--accelerator",
    default="nvidia.com/gpu",
    show_default=True,
    help="Their resource name, or type on Vertex AI (NVIDIA_TESLA_T4).",
)
@click.option(
    "--node-selector",
    "node_selector",
    multiple=True,
    type=_Pair("KEY=VALUE", "="),
    help="Label of the nodes that Trainer may run on. May be given several times.",
)
@click.option(
    "--volume",
    "volumes",
    multiple=True,
    type=_Pair("CLAIM:FOLDER", ":"),
    help="Persistent volume claim that every step sees at FOLDER. May be given several times.",
)
@click.option(
    "--retries",
    multiple=True,
    default=["2"],
    show_default=True,
    metavar="[STEP=]NUMBER",
    callback=_check_retries,
    help="How often a failed step is tried again. May be given several times.",
)
@click.option(
    "--no-cache",
    "uncached",
    multiple=True,
    metavar="STEP",
    help="Run this step even if its inputs did not change. May be given several times.",
)
@click.option(
    "--work-dir",
    default="",
    help="Folder, as the steps see it, in which training and ingest keep what a retry goes on from; "
    "else it begins anew.",
)
@declared_options(RunOptions, structural_only=True)
def command(
    target: str,
    image: str,
    output: pathlib.Path,
    parameters: tuple[str, ...],
    pipeline_root: str | None,
    trainer_image: str,
    gpus: int,
    training_workers: int,
    accelerator: str,
    node_selector: tuple[tuple[str, str], ...],
    volumes: tuple[tuple[str, str], ...],
    retries: dict[str, int],
    uncached: tuple[str, ...],
    work_dir: str,
    **structure: Any,
) -> None:
    """Write the pipeline of `ots run` as a specification for Kubeflow Pipelines 2 and Vertex AI.

    Videos, preset, thresholds, push destination and others are parameters, to be set at every
    submission. The options here decide which steps there are, and where they run.
    """
    if output.suffix not in (".yaml", ".yml"):
        raise click.BadParameter(f"{output.name} does not end in .yaml", param_hint="--output")
    try:
        import kfp.kubernetes  # noqa: F401
    except ImportError as error:
        raise click.ClickException(
            f"{error}: install kfp with pip install 'objects-that-sound[kubeflow]'"
        ) from error
    from objects_that_sound.tfx_pipeline.kubeflow.compile_pipeline import compile_pipeline
    from objects_that_sound.tfx_pipeline.kubeflow.deployment import Deployment
    from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import parse_parameters
    from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import parameter_types

    deployment = Deployment(
        image=image,
        trainer_image=trainer_image,
        gpus=gpus,
        training_workers=training_workers,
        accelerator=accelerator,
        node_selector=dict(node_selector),
        volumes=dict(volumes),
        retries=retries.pop("", Deployment.retries),
        step_retries=retries,
        uncached=uncached,
        work_dir=work_dir,
    )
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
