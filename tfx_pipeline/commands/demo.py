"""`ots demo`: everything on generated videos."""

from __future__ import annotations

import os
import time

import click

from objects_that_sound.tfx_pipeline.commands.run_and_tell import run_and_tell
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.run_options import RunOptions


@click.command("demo")
@click.option("--root", default="runs/demo", show_default=True, type=click.Path(file_okay=False))
@click.option("--count", default=480, show_default=True, type=click.IntRange(min=10))
@click.option("--seconds", default=5.0, show_default=True, help="Length of each video.")
@click.option("--preset", type=click.Choice(list(PRESETS)), default="demo", show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the generated videos.")
@click.option("--verbose", is_flag=True, help="Show TFX's log.")
def command(root: str, count: int, seconds: float, preset: str, seed: int, verbose: bool) -> None:
    """Generate videos, run the pipeline on them, serve the model, write a report.

    Under 15 minutes on two cores. A second call reuses what did not change. ROOT/report.html is
    for people, ROOT/report.json for programs.
    """
    from objects_that_sound.components.generated_videos.generator import generate_videos

    folder = os.path.join(root, "generated_videos")
    started = time.monotonic()
    generate_videos(folder, count=count, seed=seed, seconds=seconds)
    generated = {"Generate videos": round(time.monotonic() - started, 1)}
    options = RunOptions((folder,), preset=preset, annotated=True)
    run_and_tell(options, root, verbose=verbose, before=generated)
