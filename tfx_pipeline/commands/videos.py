"""`ots videos`: videos without a download."""

from __future__ import annotations

import pathlib

import click


@click.group()
def command() -> None:
    """Videos whose objects and sounds are known."""


@command.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=pathlib.Path))
@click.option("--count", type=click.IntRange(min=1), default=480, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=5.0,
    show_default=True,
    help="Length of each video.",
)
@click.option(
    "--several-sounding",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of videos in which two objects sound together, one after the other, or one falls "
    "silent.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: all cores]")
@click.option("--overwrite", is_flag=True, help="Replace videos made with other parameters.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def generate(
    directory: pathlib.Path,
    count: int,
    seed: int,
    seconds: float,
    several_sounding: float,
    workers: int | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Generate encoded videos of moving, sounding objects into DIR.

    Video i depends on the seed and i only, so the same arguments give the same files; videos that
    are there already are kept. Classes and boxes go to DIR/annotations.jsonl, for evaluation only.
    With --several-sounding, DIR/boxes.json is for `ots evaluate localisation-benchmark`.
    """
    from objects_that_sound.components.generated_videos import generator
    from objects_that_sound.components.generated_videos.difficulty import Difficulty

    try:
        encoded = generator.generate_videos(
            directory,
            count,
            seed,
            seconds,
            Difficulty(several_sounding=several_sounding),
            workers,
            overwrite,
            progress=not quiet,
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{directory}: {count} videos, {encoded} of them encoded now")
