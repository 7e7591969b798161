"""`ots videos`: a look at videos before a run, and videos without a download."""

from __future__ import annotations

import pathlib
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.declared_options import (
    declared_options,
    made_of_options,
)
from objects_that_sound.tfx_pipeline.commands.output_switches import quiet_option
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
@click.option("--all-presets", is_flag=True, help="Show the cost of every preset.")
@click.option(
    "--fingerprints",
    is_flag=True,
    help="Also look for videos that begin with the same sound. This decodes 5 s of each.",
)
@click.option(
    "--csv",
    type=click.Path(dir_okay=False),
    help="File for the names of the rejects, each with its reason.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@quiet_option
def check(
    all_presets: bool,
    fingerprints: bool,
    csv: str | None,
    as_json: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Say what a run would make of VIDEOS: folders, files and quoted globs.

    The command tells how many videos can be used and why the others cannot, which names a pattern
    matches, and which scenes and splits that makes. It finds copies, and tells what disk space and
    time a run takes, and whether the videos are enough to learn from. It reads only headers, which
    takes seconds for a thousand files. The exit status is 1 if a run would refuse the videos.

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
@click.argument(
    "directory", metavar="DIR", type=click.Path(file_okay=False, path_type=pathlib.Path)
)
@click.option(
    "--count", type=click.IntRange(min=1), default=480, show_default=True, help="Number of videos."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of all that is chosen by chance.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=5.0,
    show_default=True,
    help="Length of each video, in seconds.",
)
@click.option(
    "--several-sounding",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of videos in which two objects sound together, one after the other, or one falls "
    "silent.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Number of processes.  [default: all cores]"
)
@click.option("--overwrite", is_flag=True, help="Replace videos made with other parameters.")
@quiet_option
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

    Each video depends only on the seed and its own number, so the same arguments give the same files.
    Videos that are there already are kept. DIR/annotations.jsonl has the classes and boxes, which are
    for evaluation only. With --several-sounding, `ots evaluate localisation-benchmark` reads
    DIR/boxes.json.

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
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{directory}: {count} videos, {encoded} of them encoded now")
