"""Collects the summary of a run from ML Metadata and the artifacts that it names."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

from tensorflow_metadata.proto.v0 import statistics_pb2

from objects_that_sound.components.drift_validator.comparison import read_comparisons
from objects_that_sound.components.evaluation.evaluation_result import ARTIFACT_TYPE
from objects_that_sound.components.evaluation.threshold import Threshold, thresholds_from_json
from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import read_learning_curve
from objects_that_sound.tfx_pipeline.report.artifact_files import (
    decision_texts,
    read_history,
    read_rejects,
    read_validation,
)
from objects_that_sound.tfx_pipeline.report.flat_parameters import flat_parameters
from objects_that_sound.tfx_pipeline.report.held_out_clips import read_held_out_clips
from objects_that_sound.tfx_pipeline.report.run_evaluation import (
    RunEvaluation,
    read_run_evaluations,
)
from objects_that_sound.tfx_pipeline.report.run_records import (
    ArtifactRecord,
    RunNotFoundError,
    RunRecords,
    find_run_of_version,
    read_all_run_records,
    read_run_records,
)
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary, SpanSummary
from objects_that_sound.tfx_pipeline.report.run_table import run_table
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts, read_video_counts

METADATA_FILE = "metadata.sqlite"
"""In the folder of a run."""

TITLE = "Objects that Sound"


def collect_run(
    root: str | pathlib.Path,
    pipeline_name: str,
    run_id: str | None = None,
    error: str = "",
    version: str | None = None,
) -> RunSummary:
    """Collects all that is known of a run.

    Args:
        root: folder of the run, with `metadata.sqlite`.
        pipeline_name: name of the pipeline.
        run_id: the pipeline run's id; None for the latest.
        error: message of the exception that ended the run, which it does not know either.
        version: the run that pushed this version, instead of `run_id`.

    Returns:
        The summary; parts of stages that did not finish are missing.

    Raises:
        RunNotFoundError: there is no `metadata.sqlite`, or it knows no such run.
    """
    root = pathlib.Path(root)
    metadata = metadata_of(root)
    if version is not None:
        run_id = find_run_of_version(metadata, pipeline_name, version)
    records = read_run_records(metadata, pipeline_name, run_id)
    summary = _summary(root, records, error)
    trend = run_table(collect_all_runs(root, pipeline_name))
    return dataclasses.replace(summary, trend=tuple(trend))


def collect_all_runs(root: str | pathlib.Path, pipeline_name: str) -> list[RunSummary]:
    """Collects what is known of all runs, oldest first; arguments and errors as of `collect_run`."""
    root = pathlib.Path(root)
    runs = read_all_run_records(metadata_of(root), pipeline_name)
    return [_summary(root, records) for records in runs]


def metadata_of(root: str | pathlib.Path) -> str:
    """Path of ML Metadata's file in the folder of a run.

    Raises:
        RunNotFoundError: there is none.
    """
    path = pathlib.Path(root) / METADATA_FILE
    if not path.is_file():
        raise RunNotFoundError(f"{path} does not exist: is {root} the folder of a run?")
    return str(path)


def _summary(root: pathlib.Path, records: RunRecords, error: str = "") -> RunSummary:
    evaluations = _evaluations(records)
    decision = _decision(records, evaluations, error)
    candidate = _uri(records, "Trainer", "model")
    return RunSummary(
        title=TITLE,
        root=str(root),
        run_id=records.run_id,
        parameters=_parameters(records),
        decision=decision,
        evaluations=evaluations,
        thresholds=_thresholds(records, evaluations),
        candidate=candidate,
        serving=_serving(records, decision.pushed_version),
        history=read_history(_uri(records, "Trainer", "model_run")),
        stages=tuple(node.stage for node in records.nodes.values()),
        data=_data(records),
        videos=_videos(records),
        learning_curve=read_learning_curve(root, candidate),
        rejects=read_rejects(_uri(records, "VideoExampleGen", "examples")),
        span=_span(records),
        held_out_clips=read_held_out_clips(root, candidate),
    )


def _output(records: RunRecords, node: str, key: str) -> ArtifactRecord | None:
    """The first artifact of a component's output, if the component ran to its end."""
    record = records.nodes.get(node)
    if record is None or record.stage.status == "failed":
        return None
    return next(iter(record.outputs.get(key, [])), None)


def _uri(records: RunRecords, node: str, key: str) -> str:
    """Folder of that artifact; "" where there is none."""
    output = _output(records, node, key)
    return output.uri if output else ""


def _evaluations(records: RunRecords) -> tuple[RunEvaluation, ...]:
    """What the evaluators found that ran to their end."""
    return read_run_evaluations(
        (node, artifact.uri)
        for node, record in records.nodes.items()
        if record.stage.status != "failed"
        for artifacts in record.outputs.values()
        for artifact in artifacts
        if artifact.type == ARTIFACT_TYPE
    )


def _thresholds(
    records: RunRecords, evaluations: Sequence[RunEvaluation]
) -> dict[str, tuple[Threshold, ...]]:
    return {
        one.result.evaluator: tuple(
            thresholds_from_json(records.nodes[one.node].parameters.get("thresholds", ""))
        )
        for one in evaluations
    }


def _decision(records: RunRecords, evaluations: Sequence[RunEvaluation], error: str) -> Decision:
    errors = tuple(
        f"{name} failed" + (f": {error}" if error else "")
        for name, node in records.nodes.items()
        if node.stage.status == "failed"
    )
    blessing = _output(records, "ModelGate", "blessing")
    blessed = None if blessing is None else blessing.properties.get("blessed") == 1
    passes, failures = decision_texts(evaluations, _validation(records))
    pushed = _output(records, "Pusher", "pushed_model")
    if pushed is None or pushed.properties.get("pushed") != 1:
        return Decision(blessed, failures + errors or passes)
    index = _output(records, "Pusher.search", "pushed_model")
    return Decision(
        blessed,
        passes + errors,
        pushed.properties.get("pushed_version"),
        pushed.properties.get("pushed_destination"),
        index.properties.get("pushed_destination") if index else None,
    )


def _validation(records: RunRecords) -> dict[str, Any]:
    return read_validation(_uri(records, "ServingValidator", "blessing"))


def _serving(records: RunRecords, pushed_version: str | None) -> dict[str, Any] | None:
    """What ServingValidator measured, if the model was pushed."""
    measured = _validation(records).get("measured", {})
    if pushed_version is None or "load_seconds" not in measured:
        return None
    medians = measured["score_p50_seconds"]
    return {
        "version": pushed_version,
        "server": measured["server"],
        "start_seconds": round(measured["load_seconds"], 2),
        **{f"{name}_p50_ms": round(1000 * seconds, 2) for name, seconds in medians.items()},
        "largest_difference": measured["largest_difference"],
        "answers": measured["answers"],
    }


def _data(records: RunRecords) -> dict[str, int]:
    data: dict[str, int] = {}
    examples = _output(records, "VideoExampleGen", "examples")
    if examples:
        counted = ("num_videos", "num_rejects", "num_seconds", "num_examples")
        data |= {name: examples.properties[name] for name in counted if name in examples.properties}
    statistics = _uri(records, "StatisticsGen", "statistics")
    if statistics:
        for split in sorted(pathlib.Path(statistics).glob("Split-*"), reverse=True):
            counts = statistics_pb2.DatasetFeatureStatisticsList.FromString(
                (split / "FeatureStats.pb").read_bytes()
            )
            name = split.name.removeprefix("Split-")
            data[f"num_{name}_examples"] = counts.datasets[0].num_examples
    pairs = _output(records, "AvcPairGen", "pairs")
    if pairs:
        data["num_pairs"] = pairs.properties["num_pairs"]
    return data


def _videos(records: RunRecords) -> VideoCounts | None:
    """Of the examples that were trained on: in a continuous training, of a window of spans."""
    trainer = records.nodes.get("Trainer")
    trained_on = trainer.inputs.get("examples", []) if trainer else []
    ingested = _output(records, "VideoExampleGen", "examples")
    return read_video_counts(trained_on or ([ingested] if ingested else []))


def _span(records: RunRecords) -> SpanSummary | None:
    if not records.span:
        return None
    trainer = records.nodes.get("Trainer")
    examples = trainer.inputs.get("examples", []) if trainer else []
    blessing = _output(records, "DataGate", "blessing")
    folder = _uri(records, "DriftValidator", "anomalies")
    file = pathlib.Path(folder) / "comparisons.json"
    comparisons = read_comparisons(file.read_text()) if folder and file.is_file() else []
    return SpanSummary(
        number=records.span,
        window=tuple(sorted(one.properties.get("span", 0) for one in examples)),
        folder=folder,
        comparisons=tuple(comparisons),
        overruled=blessing.properties.get("overruled", 0) if blessing else 0,
    )


def _parameters(records: RunRecords) -> dict[str, dict[str, Any]]:
    """The components' parameters by name."""
    flat = {name: flat_parameters(node.parameters) for name, node in records.nodes.items()}
    return {name: parameters for name, parameters in flat.items() if parameters}
