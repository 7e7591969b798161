"""Finds the examples that a path means."""

from __future__ import annotations

import os

import click
from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.io import fileio
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_artifacts

from objects_that_sound.tfx_pipeline.run_paths import RunPaths

_SPLIT = "Split-"


def find_examples(
    path: str, component: str = "VideoExampleGen", output: str = "examples"
) -> types.Artifact:
    """Finds an Examples artifact.

    Args:
        path: the artifact's folder, or the root of a run.
        component: whose artifact to take below a root; the latest.
        output: name of that component's output.

    Raises:
        click.ClickException: there is none.
    """
    folder = path
    if not _splits(path):
        below = os.path.join(RunPaths(path).pipeline_root, component, output)
        executions = filter(str.isdecimal, fileio.listdir(below) if fileio.isdir(below) else [])
        latest = max(executions, key=int, default=None)
        folder = os.path.join(below, latest or "")
    splits = _splits(folder)
    if not splits:
        raise click.ClickException(
            f"no examples in {path}: give an Examples artifact's folder (with {_SPLIT}eval in it), "
            f"or the root of a run"
        )
    examples = standard_artifacts.Examples()
    examples.uri = folder
    examples.split_names = artifact_utils.encode_split_names(splits)
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    return examples


def _splits(folder: str) -> list[str]:
    entries = fileio.listdir(folder) if fileio.isdir(folder) else []
    names = sorted(entry.rstrip("/") for entry in entries)
    return [name.removeprefix(_SPLIT) for name in names if name.startswith(_SPLIT)]
