"""What old runs keep on the disk, which no later run needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists
from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    ExecutionRecord,
    MetadataGraph,
)
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

_LARGE = {"Examples", "Model", "ModelRun", "PushedModel"}
"""TFX's artifact types that take room. Figures and decisions of all runs stay, for `ots runs`."""


class OldArtifact(NamedTuple):
    """A folder that can go.

    Attributes:
        run: id of the run that made it.
        node: id of the component that did.
        folder: path.
        bytes: size of all files in it.
    """

    run: str
    node: str
    folder: str
    bytes: int


def old_artifacts(graph: MetadataGraph, paths: RunPaths) -> list[OldArtifact]:
    """Examples and models of earlier runs that are neither the latest run's nor compared with.

    What the latest run and the latest run that pushed used or made stays, the latest blessed model,
    and, in a continuous training, the examples of all spans. If a run needs any other again, it is
    computed anew.

    Args:
        graph: what ML Metadata knows.
        paths: of the root; nothing outside its artifacts is named.
    """
    kept = {artifact.uri for one in _kept(graph, paths) for artifact in _artifacts(one)}
    found = []
    for execution in graph.executions.values():
        if execution.status == "cached":
            continue
        for artifact in (one for outputs in execution.outputs.values() for one in outputs):
            inside = artifact.uri.startswith(paths.pipeline_root + os.sep)
            old = artifact.type in _LARGE and artifact.uri not in kept and inside
            # What a refused model did not get is an empty folder.
            if old and (size := _size(artifact.uri)):
                found.append(OldArtifact(execution.run, execution.node, artifact.uri, size))
    return found


def remove(artifacts: Iterable[OldArtifact]) -> None:
    """Removes their folders.

    Raises:
        OSError: one can't be removed.
    """
    for one in artifacts:
        shutil.rmtree(one.folder)


def _kept(graph: MetadataGraph, paths: RunPaths) -> Iterator[ExecutionRecord]:
    """The executions whose inputs and outputs stay."""
    pushed = [one.run for one in graph.executions.values() if one.node == "Pusher"]
    needed = {*list(graph.runs)[-1:], *pushed[-1:]}
    spans = bool(SpanLists(paths.span_lists).numbers())
    blessings = [one for one in graph.executions.values() if _blesses(one)]
    for execution in graph.executions.values():
        is_span = spans and execution.node == "VideoExampleGen"
        if execution.run in needed or is_span or execution in blessings[-1:]:
            yield execution


def _blesses(execution: ExecutionRecord) -> bool:
    return execution.node == "ModelGate" and any(
        blessing.properties.get("blessed") for blessing in execution.outputs.get("blessing", ())
    )


def _artifacts(execution: ExecutionRecord) -> Iterator[ArtifactRecord]:
    for artifacts in (*execution.inputs.values(), *execution.outputs.values()):
        yield from artifacts


def _size(folder: str) -> int:
    return sum(
        os.lstat(os.path.join(below, name)).st_size
        for below, _, names in os.walk(folder)
        for name in names
    )
