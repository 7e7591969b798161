"""`ots demo`: everything on generated videos."""

from __future__ import annotations

import os
import time

import click


@click.command("demo")
@click.option("--root", default="runs/demo", show_default=True, type=click.Path(file_okay=False))
@click.option("--count", default=480, show_default=True, type=click.IntRange(min=10))
@click.option("--seconds", default=5.0, show_default=True, help="Length of each video.")
@click.option("--preset", default="demo", show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the generated videos.")
@click.option("--verbose", is_flag=True, help="Show TFX's log.")
def command(root: str, count: int, seconds: float, preset: str, seed: int, verbose: bool) -> None:
    """Generate videos, run the pipeline on them, serve the model, write a report.

    Under 15 minutes on two cores. A second call reuses what did not change. ROOT/report.html is
    for people, ROOT/report.json for programs.
    """
    from objects_that_sound.components.generated_videos.generator import generate_videos
    from objects_that_sound.tfx_pipeline.run import run

    folder = os.path.join(root, "generated_videos")
    started = time.monotonic()
    generate_videos(folder, count=count, seed=seed, seconds=seconds)
    generated = {"Generate videos": round(time.monotonic() - started, 1)}
    run(root, [folder], preset, annotated=True, verbose=verbose, before=generated)
