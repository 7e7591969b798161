"""`ots videos`: a look at videos before a run, and videos without a download."""

from __future__ import annotations

import pathlib
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.commands.tell_check import tell_check
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.run_options import RunOptions

_OF_A_CHECK = ("segments", "eval_videos", "preset", "group_regex", "label_regex")


@click.group()
def command() -> None:
    """Check videos before a run, or generate some whose objects and sounds are known."""


@command.command()
@click.argument("videos", metavar="VIDEOS...", nargs=-1, required=True)
@declared_options(RunOptions, only=_OF_A_CHECK)
@click.option("--all-presets", is_flag=True, help="Tell the cost of every preset.")
@click.option(
    "--fingerprints",
    is_flag=True,
    help="Also look for videos that begin with the same sound; decodes 5 s of each.",
)
@click.option("--csv", type=click.Path(dir_okay=False), help="Write the rejects to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def check(
    all_presets: bool,
    fingerprints: bool,
    csv: str | None,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Say what a run would make of VIDEOS: folders, files and quoted globs.

    How many can be used, for how long, and why others can't; which names a pattern matches, and
    which scenes and splits that makes; copies; disk and time that a run takes; and whether it is
    enough to learn from. Only headers are read: seconds for a thousand files. Exit status: 1 where a
    run would refuse the videos.

    \b
    Examples:
      ots videos check 'videos/**/*.mp4'
      ots videos check videos --group-regex '_g\\d+_' --csv rejects.csv
    """
    tell_check(
        made_of_options(RunOptions, values),
        presets=tuple(PRESETS) if all_presets else (),
        listen=fingerprints,
        csv=csv,
        as_json=as_json,
        quiet=quiet,
    )


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

    \b
    Examples:
      ots videos generate videos --count 120
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
