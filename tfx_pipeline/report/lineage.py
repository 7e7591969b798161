"""Where a served model came from, by ML Metadata and the artifacts that it names."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

from objects_that_sound.components.evaluation.evaluation_result import ARTIFACT_TYPE
from objects_that_sound.components.video_example_gen.artifact_names import VIDEOS_NAME
from objects_that_sound.tfx_pipeline.report.flat_parameters import flat_parameters
from objects_that_sound.tfx_pipeline.report.json_rows import json_rows
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric, judged_metrics
from objects_that_sound.tfx_pipeline.report.metadata_graph import (
    ArtifactRecord,
    ExecutionRecord,
    MetadataGraph,
    RunNotFoundError,
)
from objects_that_sound.tfx_pipeline.report.run_evaluation import read_run_evaluations
from objects_that_sound.tfx_pipeline.report.run_records import find_push


@dataclasses.dataclass(frozen=True)
class ExamplesLineage:
    """Examples that a model was trained and evaluated on.

    Attributes:
        span: number of the span; 0 in plain runs.
        uri: of the artifact.
        run: that ingested them.
        counts: of videos, examples and rejects.
        overruled: how many anomalies of them were accepted on demand.
        parameters: of ingest.
        videos: rows with `video`, `path`, `split` and `version`; None where the artifact is gone, or
            older than this file of it.
    """

    span: int
    uri: str
    run: str
    counts: dict[str, int]
    overruled: int
    parameters: dict[str, Any]
    videos: tuple[dict[str, str], ...] | None


@dataclasses.dataclass(frozen=True)
class ModelLineage:
    """A model and what made it.

    Attributes:
        version: that it was pushed as; "" if it never was.
        destination: folder of that version.
        run: that trained it.
        notes: what was noted of that run: preset, commit, versions of the package and libraries.
        examples: by ascending span.
        parameters: of Trainer.
        metrics: what the evaluators measured, with what was asked.
        compared_with: version of the model that it was compared with; "" if there was none.
        artifacts: URIs by name.
        base: the model whose weights training began with.
    """

    version: str
    destination: str
    run: str
    notes: dict[str, Any]
    examples: tuple[ExamplesLineage, ...]
    parameters: dict[str, Any]
    metrics: tuple[JudgedMetric, ...]
    compared_with: str
    artifacts: dict[str, str]
    base: ModelLineage | None

    def chain(self) -> list[ModelLineage]:
        """This model, its base, and so on to the first."""
        return [self, *(self.base.chain() if self.base else [])]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            **dataclasses.asdict(self),
            "metrics": [metric.to_json() for metric in self.metrics],
            "base": self.base.to_json() if self.base else None,
        }


def model_lineage(graph: MetadataGraph, version: str | None = None) -> ModelLineage:
    """Follows a pushed model back.

    Args:
        graph: of the pipeline.
        version: of the model, or of the search index that is made with it; None for the latest.

    Raises:
        RunNotFoundError: no run pushed that version.
    """
    [model] = find_push(graph, version).inputs["model"]
    maker = graph.producer(model)
    if maker is not None and maker.node == "SearchIndexer":
        [model] = maker.inputs["model"]
    return _model(graph, model)


def _model(graph: MetadataGraph, model: ArtifactRecord) -> ModelLineage:
    trainer = graph.producer(model)
    if trainer is None:
        raise RunNotFoundError(f"ML Metadata does not know what made the model in {model.uri}")
    push = _push(graph, model)
    gate = _gate(graph, model, push)
    pushed = push.outputs["pushed_model"][0].properties if push else {}
    evaluations = _evaluations(graph, gate)
    baseline = gate.inputs.get("baseline_model", []) if gate else []
    bases = trainer.inputs.get("base_model", [])
    examples = [_examples(graph, one) for one in trainer.inputs.get("examples", [])]
    artifacts = {"model": model.uri, "model_run": trainer.outputs["model_run"][0].uri}
    if gate:
        artifacts["blessing"] = gate.outputs["blessing"][0].uri
    return ModelLineage(
        version=pushed.get("pushed_version", ""),
        destination=pushed.get("pushed_destination", ""),
        run=trainer.run,
        notes=graph.runs.get(trainer.run, {}),
        examples=tuple(sorted(examples, key=lambda one: one.span)),
        parameters=flat_parameters(trainer.parameters),
        metrics=tuple(
            metric
            for evaluation in read_run_evaluations(evaluations)
            for metric in judged_metrics(evaluation.result)
        ),
        compared_with=_version(graph, baseline[0]) if baseline else "",
        artifacts=artifacts | dict(evaluations),
        base=_model(graph, bases[0]) if bases else None,
    )


def _push(graph: MetadataGraph, model: ArtifactRecord) -> ExecutionRecord | None:
    """The first execution that pushed a model."""
    for execution in graph.executions.values():
        pushed = execution.outputs.get("pushed_model", [])
        if (
            execution.node == "Pusher"
            and execution.status == "run"
            and _takes(execution, "model", model)
            and any(one.properties.get("pushed") == 1 for one in pushed)
        ):
            return execution
    return None


def _gate(
    graph: MetadataGraph, model: ArtifactRecord, push: ExecutionRecord | None
) -> ExecutionRecord | None:
    """What judged a model: for its push, or else last."""
    if push and push.inputs.get("model_blessing"):
        return graph.producer(push.inputs["model_blessing"][0])
    gates = [
        one
        for one in graph.executions.values()
        if one.node == "ModelGate" and one.status == "run" and _takes(one, "model", model)
    ]
    return gates[-1] if gates else None


def _takes(execution: ExecutionRecord, name: str, artifact: ArtifactRecord) -> bool:
    return artifact.id in [one.id for one in execution.inputs.get(name, [])]


def _version(graph: MetadataGraph, model: ArtifactRecord) -> str:
    push = _push(graph, model)
    return push.outputs["pushed_model"][0].properties["pushed_version"] if push else ""


def _evaluations(graph: MetadataGraph, gate: ExecutionRecord | None) -> list[tuple[str, str]]:
    """Node and folder of what the gate went by."""
    return [
        (maker.node if (maker := graph.producer(artifact)) else name, artifact.uri)
        for name, artifacts in (gate.inputs.items() if gate else ())
        for artifact in artifacts
        if artifact.type == ARTIFACT_TYPE
    ]


def _examples(graph: MetadataGraph, artifact: ArtifactRecord) -> ExamplesLineage:
    maker = graph.producer(artifact)
    counts = ("num_videos", "num_examples", "num_rejects")
    blessings = [
        blessing
        for execution in graph.executions.values()
        if execution.node == "DataGate" and _takes(execution, "examples", artifact)
        for blessing in execution.outputs.get("blessing", [])
    ]
    file = pathlib.Path(artifact.uri) / VIDEOS_NAME
    videos = None
    if file.is_file():
        videos = tuple(json_rows(file))
    return ExamplesLineage(
        span=artifact.properties.get("span", 0),
        uri=artifact.uri,
        run=maker.run if maker else "",
        counts={name: artifact.properties[name] for name in counts if name in artifact.properties},
        overruled=max((one.properties.get("overruled", 0) for one in blessings), default=0),
        parameters=flat_parameters(maker.parameters) if maker else {},
        videos=videos,
    )
