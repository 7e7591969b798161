"""Finds the examples that a path means."""

from __future__ import annotations

import os

import click

from objects_that_sound.components.evaluation.read_examples import splits
from objects_that_sound.components.folder_names import newest_first
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


def find_examples(path: str, component: str = "VideoExampleGen", output: str = "examples") -> str:
    """Finds the folder of an Examples artifact.

    Args:
        path: that folder, or the root of a run.
        component: component whose artifact to take below a root; the latest.
        output: name of that component's output.

    Raises:
        click.ClickException: there is none.
    """
    if splits(path):
        return path
    below = os.path.join(RunPaths(path).pipeline_root, component, output)
    folder = os.path.join(below, next(iter(newest_first(below)), ""))
    if not splits(folder):
        raise click.ClickException(
            f"no examples in {path}: give an Examples artifact's folder (with Split-eval in it), "
            f"or the root of a run"
        )
    return folder
