"""Reads runs of a pipeline out of ML Metadata."""

from __future__ import annotations

import dataclasses
from typing import Any

from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    ExecutionRecord,
    MetadataGraph,
    RunNotFoundError,
    read_metadata_graph,
)
from objects_that_sound.tfx_pipeline.report.run_summary import Stage

EXAMPLE_GEN = "VideoExampleGen"


@dataclasses.dataclass(frozen=True)
class NodeRecord:
    """What one component did in a run.

    Attributes:
        stage: name, seconds and status.
        parameters: its execution properties.
        inputs: artifacts by the input's name.
        outputs: artifacts by the output's name (of an earlier run, if they were cached).
    """

    stage: Stage
    parameters: dict[str, Any]
    inputs: dict[str, list[ArtifactRecord]]
    outputs: dict[str, list[ArtifactRecord]]


@dataclasses.dataclass(frozen=True)
class RunRecords:
    """A run: its id, what was noted of it, and its components by node id, in the order they started."""

    run_id: str
    notes: dict[str, Any]
    nodes: dict[str, NodeRecord]

    @property
    def span(self) -> int:
        """Number of the span whose examples there are; 0 where there are none, or no spans."""
        node = self.nodes.get(EXAMPLE_GEN)
        if node is None or node.stage.status == "failed":
            return 0
        return max(
            (one.properties.get("span", 0) for one in node.outputs.get("examples", [])), default=0
        )


def read_run_records(
    metadata_path: str, pipeline_name: str, run_id: str | None = None
) -> RunRecords:
    """Reads a run.

    Args:
        metadata_path: the SQLite file of ML Metadata.
        pipeline_name: name of the pipeline.
        run_id: the run; None for the latest.

    Raises:
        RunNotFoundError: there is no such run.
    """
    graph = read_metadata_graph(metadata_path, pipeline_name)
    for run in reversed(graph.runs):
        if run_id in (None, run):
            return _records(graph, run)
    which = f"run {run_id!r}" if run_id else "run"
    raise RunNotFoundError(f"ML Metadata in {metadata_path} knows no {which} of {pipeline_name!r}")


def read_all_run_records(metadata_path: str, pipeline_name: str) -> list[RunRecords]:
    """Reads all runs, oldest first; arguments and errors are those of `read_run_records`."""
    graph = read_metadata_graph(metadata_path, pipeline_name)
    return [_records(graph, run) for run in graph.runs]


def find_run_of_version(metadata_path: str, pipeline_name: str, version: str) -> str:
    """Finds the run that pushed a version.

    Args:
        metadata_path: the SQLite file of ML Metadata.
        pipeline_name: name of the pipeline.
        version: name of the version's folder.

    Returns:
        The run's id.

    Raises:
        RunNotFoundError: none did.
    """
    return find_push(read_metadata_graph(metadata_path, pipeline_name), version).run


def find_push(graph: MetadataGraph, version: str | None = None) -> ExecutionRecord:
    """Finds the execution that pushed a version; the last one of all if none is named.

    Raises:
        RunNotFoundError: none did.
    """
    pushed = []
    for execution in graph.executions.values():
        for artifacts in execution.outputs.values():
            for artifact in artifacts:
                name = str(artifact.properties.get("pushed_version", ""))
                if name and execution.status == "run":
                    pushed.append((name, execution))
    wanted = [one for name, one in pushed if version in (None, name)]
    if not pushed:
        raise RunNotFoundError("no run under this root has pushed a model yet")
    if not wanted:
        names = ", ".join(name for name, _ in pushed)
        raise RunNotFoundError(
            f"no run under this root pushed a version {version!r}, only: {names}"
        )
    return wanted[-1] if version is None else wanted[0]


def _records(graph: MetadataGraph, run: str) -> RunRecords:
    return RunRecords(run, graph.runs[run], {one.node: _node(one) for one in graph.of_run(run)})


def _node(execution: ExecutionRecord) -> NodeRecord:
    # Names that begin with two underscores are TFX's notes, not parameters.
    parameters = execution.parameters
    return NodeRecord(
        stage=Stage(execution.node, execution.seconds, execution.status),
        parameters={key: value for key, value in parameters.items() if not key.startswith("__")},
        inputs=execution.inputs,
        outputs=execution.outputs,
    )
