"""What ML Metadata knows of a pipeline, read at once: runs, executions, artifacts, events."""

from __future__ import annotations

import collections
import dataclasses
import os
from collections.abc import Iterable
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2

from objects_that_sound.tfx_pipeline.moved_root import MovedRoot

_Execution = metadata_store_pb2.Execution
_Event = metadata_store_pb2.Event

_INPUT = (_Event.INPUT, _Event.INTERNAL_INPUT)
_OUTPUT = (_Event.OUTPUT,)


class RunNotFoundError(Exception):
    """ML Metadata does not know the run that was asked for."""


@dataclasses.dataclass(frozen=True)
class ArtifactRecord:
    """An artifact: its folder and its custom properties.

    Attributes:
        uri: of the folder.
        properties: by name.
        id: in ML Metadata.
        type: name of TFX's artifact type.
    """

    uri: str
    properties: dict[str, Any]
    id: int = 0
    type: str = ""


@dataclasses.dataclass(frozen=True)
class ExecutionRecord:
    """An execution of a node.

    Attributes:
        id: in ML Metadata.
        node: id of the node in the pipeline.
        run: id of the pipeline run.
        status: "run", "cached" or "failed".
        seconds: that it took.
        parameters: execution properties.
        inputs: artifacts by the input's name.
        outputs: artifacts by the output's name (of an earlier execution, if they were cached).
    """

    id: int
    node: str
    run: str
    status: str
    seconds: float
    parameters: dict[str, Any]
    inputs: dict[str, list[ArtifactRecord]]
    outputs: dict[str, list[ArtifactRecord]]


@dataclasses.dataclass(frozen=True)
class MetadataGraph:
    """A pipeline's past.

    Attributes:
        runs: properties of each run, by its id, oldest first.
        executions: by id, ascending; those of one run are in the order they started.
    """

    runs: dict[str, dict[str, Any]]
    executions: dict[int, ExecutionRecord]

    def of_run(self, run: str) -> list[ExecutionRecord]:
        """A run's executions."""
        return [one for one in self.executions.values() if one.run == run]

    def producer(self, artifact: ArtifactRecord) -> ExecutionRecord | None:
        """The execution that made an artifact, not one that found it in the cache."""
        for execution in self.executions.values():
            made = (one.id for outputs in execution.outputs.values() for one in outputs)
            if execution.status == "run" and artifact.id in made:
                return execution
        return None


def read_metadata_graph(metadata_path: str, pipeline_name: str) -> MetadataGraph:
    """Reads all that there is.

    Args:
        metadata_path: the SQLite file of ML Metadata.
        pipeline_name: name of the pipeline.

    Raises:
        RunNotFoundError: ML Metadata does not know the pipeline.
    """
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = metadata_path
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READONLY
    store = mlmd.MetadataStore(config)
    pipeline = store.get_context_by_type_and_name("pipeline", pipeline_name)
    if pipeline is None:
        raise RunNotFoundError(
            f"ML Metadata in {metadata_path} knows no pipeline {pipeline_name!r}"
        )
    executions = {one.id: one for one in store.get_executions_by_context(pipeline.id)}
    runs = sorted(
        store.get_contexts_by_type("pipeline_run"),
        key=lambda context: context.id,  # a clock may be set back
    )
    run_of = _members(store, runs, executions)
    node_of = _members(store, store.get_contexts_by_type("node"), executions)
    events = store.get_events_by_execution_ids(list(executions)) if executions else []
    ids = {event.artifact_id for event in events}
    moved = MovedRoot(os.path.dirname(metadata_path))
    artifacts = {
        one.id: _record(one, moved)
        for one in (store.get_artifacts_by_id(sorted(ids)) if ids else [])
    }
    inputs, outputs = _by_key(events, _INPUT, artifacts), _by_key(events, _OUTPUT, artifacts)
    return MetadataGraph(
        runs={
            run.name: plain(run.custom_properties) for run in runs if run.name in run_of.values()
        },
        executions={
            number: ExecutionRecord(
                id=number,
                node=node_of.get(number, one.type).removeprefix(f"{pipeline_name}."),
                run=run_of.get(number, ""),
                status=_status(one),
                seconds=(one.last_update_time_since_epoch - one.create_time_since_epoch) / 1000,
                parameters=plain(one.custom_properties),
                inputs=inputs[number],
                outputs=outputs[number],
            )
            for number, one in sorted(executions.items())
        },
    )


def _record(artifact: metadata_store_pb2.Artifact, moved: MovedRoot) -> ArtifactRecord:
    uri, properties = artifact.uri, plain(artifact.custom_properties)
    if was := moved.was(uri):
        uri, properties = moved.path(uri, was), moved.properties(properties, was)
    return ArtifactRecord(uri, properties, artifact.id, artifact.type)


def plain(properties: Any) -> dict[str, Any]:
    """ML Metadata's values as Python's."""
    values = {}
    for name, value in sorted(properties.items()):
        kind = value.WhichOneof("value")
        if kind in ("int_value", "double_value", "string_value", "bool_value"):
            values[name] = getattr(value, kind)
    return values


def _members(
    store: mlmd.MetadataStore,
    contexts: Iterable[metadata_store_pb2.Context],
    executions: dict[int, metadata_store_pb2.Execution],
) -> dict[int, str]:
    """By execution, the name of its context."""
    return {
        execution.id: context.name
        for context in contexts
        for execution in store.get_executions_by_context(context.id)
        if execution.id in executions
    }


def _by_key(
    events: Iterable[metadata_store_pb2.Event],
    types: tuple[int, ...],
    artifacts: dict[int, ArtifactRecord],
) -> dict[int, dict[str, list[ArtifactRecord]]]:
    """By execution and name, the artifacts of events of some types."""
    found: dict[int, dict[str, list[ArtifactRecord]]] = collections.defaultdict(dict)
    for event in sorted(events, key=lambda one: one.artifact_id):
        if event.type in types and event.artifact_id in artifacts:
            named = found[event.execution_id].setdefault(event.path.steps[0].key, [])
            named.append(artifacts[event.artifact_id])
    return found


def _status(execution: metadata_store_pb2.Execution) -> str:
    states = {_Execution.COMPLETE: "run", _Execution.CACHED: "cached"}
    return states.get(execution.last_known_state, "failed")
