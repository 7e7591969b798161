"""What a run takes from earlier ones and can't compute anew, checked before anything runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx import types
from tfx import v1 as tfx
from tfx.types import artifact_utils

from objects_that_sound.components.data_gate.accepted_spans import AcceptedSpans
from objects_that_sound.components.evaluation.read_examples import splits
from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.tfx_pipeline.continuous.continuous_training import ContinuousTraining
from objects_that_sound.tfx_pipeline.moved_root import follow_move
from objects_that_sound.tfx_pipeline.pipeline_name import PIPELINE_NAME
from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    MetadataGraph,
    RunNotFoundError,
    read_metadata_graph,
)
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_paths import RunPaths

_Artifact = metadata_store_pb2.Artifact


def take_up_past(
    paths: RunPaths,
    continuous: ContinuousTraining | None,
    listener: RunListener,
    *,
    forget_missing: bool = False,
) -> None:
    """Prepares ML Metadata for the next run.

    Args:
        paths: of the root.
        continuous: see `check_past_artifacts`.
        listener: is told if the root was moved.
        forget_missing: see `check_past_artifacts`.

    Raises:
        RunError: what the run needs of earlier ones is gone; says which and how to go on.
    """
    if not os.path.exists(paths.metadata):
        if os.path.isdir(paths.pipeline_root) and os.listdir(paths.pipeline_root):
            raise RunError(
                f"{paths.pipeline_root} is there without {paths.metadata}, which says what it holds: "
                "put that file back, or remove the folder"
            )
        return
    store = mlmd.MetadataStore(
        tfx.orchestration.metadata.sqlite_metadata_connection_config(paths.metadata)
    )
    was = follow_move(store, paths.root)
    if was:
        listener.root_moved(was)
    with contextlib.suppress(RunNotFoundError):  # no run has begun yet
        graph = read_metadata_graph(paths.metadata, PIPELINE_NAME)
        check_past_artifacts(store, graph, continuous, forget_missing=forget_missing)


def check_past_artifacts(
    store: mlmd.MetadataStore,
    graph: MetadataGraph,
    continuous: ContinuousTraining | None,
    *,
    forget_missing: bool = False,
) -> None:
    """Makes sure that the latest blessed model is there, and the accepted spans to train on.

    TFX computes anew whatever else is missing.

    Args:
        store: of ML Metadata.
        graph: of the same.
        continuous: says which spans; None for a plain run.
        forget_missing: whether ML Metadata is to count missing ones as deleted, so that the ones before
            are taken.

    Raises:
        RunError: one is missing; says which and how to go on.
    """
    while missing := _missing(store, graph, continuous):
        if not forget_missing:
            raise RunError(_words(graph, missing[0]))
        artifacts = store.get_artifacts_by_id([one.id for one in missing])
        for artifact in artifacts:
            artifact.state = _Artifact.DELETED
        store.put_artifacts(artifacts)


def _missing(
    store: mlmd.MetadataStore, graph: MetadataGraph, continuous: ContinuousTraining | None
) -> list[types.Artifact]:
    """Of the artifacts that the pipeline's own resolvers will find, those whose files are gone."""

    def live(node: str, output: str) -> list[types.Artifact]:
        return _live(store, _outputs(graph, node, output))

    needed = list(
        tfx.dsl.experimental.LatestBlessedModelStrategy().resolve_artifacts(
            store,
            {"model": live("Trainer", "model"), "blessing": live("ModelGate", "blessing")},
        )["model"]
    )
    if continuous is not None:
        # Beside the span of this run. The one before it is compared with, whatever the window.
        spans = AcceptedSpans(max(continuous.window - 1, 1), before=continuous.span)
        needed += spans.resolve_artifacts(
            store,
            {
                "examples": live("VideoExampleGen", "examples"),
                "blessing": live("DataGate", "blessing"),
            },
        )["examples"]
    return [one for one in needed if not _is_there(one)]


def _outputs(graph: MetadataGraph, node: str, output: str) -> set[int]:
    return {
        artifact.id
        for execution in graph.executions.values()
        if execution.node == node
        for artifact in execution.outputs.get(output, ())
    }


def _live(store: mlmd.MetadataStore, ids: Collection[int]) -> list[types.Artifact]:
    found = store.get_artifacts_by_id(sorted(ids)) if ids else []
    known = {one.id: one for one in store.get_artifact_types()}
    return [
        artifact_utils.deserialize_artifact(known[one.type_id], one)
        for one in found
        if one.state == _Artifact.LIVE
    ]


def _is_there(artifact: types.Artifact) -> bool:
    if artifact.type_name == tfx.types.standard_artifacts.Examples.TYPE_NAME:
        return set(artifact_utils.decode_split_names(artifact.split_names)) <= set(
            splits(artifact.uri)
        )
    try:
        saved_model_path(artifact.uri)
    except FileNotFoundError:
        return False
    return True


def _words(graph: MetadataGraph, missing: types.Artifact) -> str:
    if missing.type_name == tfx.types.standard_artifacts.Examples.TYPE_NAME:
        span = missing.get_int_custom_property("span")
        return (
            f"the examples of span {span}, which is to be trained on, are missing: {missing.uri}. "
            "Put that folder back, or train without the span by --forget-missing"
        )
    run, version = _origin(graph, missing.id)
    pushed = f", pushed as version {version}" if version else ""
    return (
        f"the latest blessed model, which every run is compared with, is missing: {missing.uri}, made "
        f"by the run {run}{pushed}. Put that folder back, or compare with the blessed model before it, "
        "if there is one, by --forget-missing"
    )


def _origin(graph: MetadataGraph, model: int) -> tuple[str, str]:
    """The run that trained a model, and the version that it was pushed as last; "" where not known."""
    trained = graph.producer(ArtifactRecord("", {}, model))
    versions = [
        str(pushed.properties.get("pushed_version", ""))
        for execution in graph.executions.values()
        if execution.node == "Pusher"
        and model in (one.id for one in execution.inputs.get("model", ()))
        for pushed in execution.outputs.get("pushed_model", ())
    ]
    return trained.run if trained else "", next(filter(None, reversed(versions)), "")
