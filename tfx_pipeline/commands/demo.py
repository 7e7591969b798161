"""`ots demo`: everything on generated videos."""

from __future__ import annotations

import os
import time
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.output_switches import output_switches
from objects_that_sound.tfx_pipeline.commands.root_option import new_root_option
from objects_that_sound.tfx_pipeline.commands.run_and_tell import run_and_tell
from objects_that_sound.tfx_pipeline.commands.run_switches import run_switches
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address, work_folder
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("demo")
@new_root_option(default="runs/demo")
@click.option(
    "--count",
    default=480,
    show_default=True,
    type=click.IntRange(min=10),
    help="Number of videos to generate.",
)
@click.option(
    "--seconds",
    default=5.0,
    show_default=True,
    type=click.FloatRange(min=1),
    help="Length of each video, in seconds.",
)
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default="demo",
    show_default=True,
    help="Recipe: what to store, train and ask for. `ots presets` lists them.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(min=0),
    help="Seed of the generated videos.",
)
@run_switches
@output_switches
def command(
    root: str,
    count: int,
    seconds: float,
    preset: str,
    seed: int,
    **switches: Any,
) -> None:
    """Generate videos, run the pipeline on them, serve the model, write a report.

    This takes less than 15 minutes on two cores. A second call reuses what did not change. People
    read ROOT/report.html, and programs ROOT/report.json.
    """
    from objects_that_sound.components.generated_videos.generator import generate_videos

    try:
        folder = os.path.join(work_folder(root) if is_address(root) else root, "generated_videos")
    except ValueError as error:
        raise click.UsageError(str(error)) from error

    def generate() -> dict[str, float]:
        started = time.monotonic()
        generate_videos(folder, count=count, seed=seed, seconds=seconds)
        return {"Generate videos": round(time.monotonic() - started, 1)}

    options = RunOptions((folder,), preset=preset, annotated=True)
    run_and_tell(options, root, prepare=generate, **switches)
