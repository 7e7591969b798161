"""Reads one run of a pipeline out of ML Metadata."""

from __future__ import annotations

import dataclasses
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2

from tfx_pipeline.report.run_summary import Stage

_State = metadata_store_pb2.Execution


class RunNotFoundError(Exception):
    """ML Metadata does not know the run that was asked for."""


@dataclasses.dataclass(frozen=True)
class ArtifactRecord:
    """An output of a component: its folder and its custom properties."""

    uri: str
    properties: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class NodeRecord:
    """What one component did in a run.

    Attributes:
        stage: name, seconds and status.
        parameters: its execution properties.
        outputs: artifacts by the output's name (of an earlier run, if they were cached).
    """

    stage: Stage
    parameters: dict[str, Any]
    outputs: dict[str, list[ArtifactRecord]]


@dataclasses.dataclass(frozen=True)
class RunRecords:
    """A run: its id and its components by node id, in the order they started."""

    run_id: str
    nodes: dict[str, NodeRecord]


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
    store, pipeline = _open(metadata_path, pipeline_name)
    of_pipeline = {execution.id for execution in store.get_executions_by_context(pipeline.id)}
    runs = store.get_contexts_by_type("pipeline_run")
    for run in sorted(runs, key=lambda context: context.create_time_since_epoch, reverse=True):
        if run_id is not None and run.name != run_id:
            continue
        executions = [
            execution
            for execution in store.get_executions_by_context(run.id)
            if execution.id in of_pipeline
        ]
        if executions:
            executions.sort(key=lambda execution: execution.id)
            records = [_node(store, pipeline_name, execution) for execution in executions]
            return RunRecords(run.name, {record.stage.name: record for record in records})
    which = f"run {run_id!r}" if run_id else "run"
    raise RunNotFoundError(f"ML Metadata in {metadata_path} knows no {which} of {pipeline_name!r}")


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
    store, pipeline = _open(metadata_path, pipeline_name)
    pushed = []
    for execution in store.get_executions_by_context(pipeline.id):
        for artifacts in _outputs(store, execution.id).values():
            versions = [str(one.properties.get("pushed_version", "")) for one in artifacts]
            pushed += [found for found in versions if found]
            if version in versions:
                contexts = store.get_contexts_by_execution(execution.id)
                return next(run.name for run in contexts if run.type == "pipeline_run")
    raise RunNotFoundError(
        f"no run of {metadata_path} pushed a version {version!r}, only: {', '.join(pushed) or 'none'}"
    )


def _open(
    metadata_path: str, pipeline_name: str
) -> tuple[mlmd.MetadataStore, metadata_store_pb2.Context]:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = metadata_path
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READONLY
    store = mlmd.MetadataStore(config)
    pipeline = store.get_context_by_type_and_name("pipeline", pipeline_name)
    if pipeline is None:
        raise RunNotFoundError(
            f"ML Metadata in {metadata_path} knows no pipeline {pipeline_name!r}"
        )
    return store, pipeline


def _node(
    store: mlmd.MetadataStore, pipeline_name: str, execution: metadata_store_pb2.Execution
) -> NodeRecord:
    contexts = store.get_contexts_by_execution(execution.id)
    names = [context.name for context in contexts if context.type == "node"]
    name = names[0].removeprefix(f"{pipeline_name}.") if names else execution.type
    status = {_State.COMPLETE: "run", _State.CACHED: "cached"}.get(
        execution.last_known_state, "failed"
    )
    milliseconds = execution.last_update_time_since_epoch - execution.create_time_since_epoch
    parameters = _plain(execution.custom_properties)
    return NodeRecord(
        stage=Stage(name, milliseconds / 1000.0, status),
        # Names that begin with two underscores are TFX's notes, not parameters.
        parameters={key: value for key, value in parameters.items() if not key.startswith("__")},
        outputs=_outputs(store, execution.id),
    )


def _outputs(store: mlmd.MetadataStore, execution_id: int) -> dict[str, list[ArtifactRecord]]:
    event_type = metadata_store_pb2.Event
    keys = {
        event.artifact_id: event.path.steps[0].key
        for event in store.get_events_by_execution_ids([execution_id])
        if event.type == event_type.OUTPUT
    }
    outputs: dict[str, list[ArtifactRecord]] = {}
    for artifact in store.get_artifacts_by_id(sorted(keys)) if keys else []:
        record = ArtifactRecord(artifact.uri, _plain(artifact.custom_properties))
        outputs.setdefault(keys[artifact.id], []).append(record)
    return outputs


def _plain(properties: Any) -> dict[str, Any]:
    plain = {}
    for name, value in sorted(properties.items()):
        kind = value.WhichOneof("value")
        if kind in ("int_value", "double_value", "string_value", "bool_value"):
            plain[name] = getattr(value, kind)
    return plain
