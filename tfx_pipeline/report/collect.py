"""Collects the summary of a run from ML Metadata and the artifacts that it names."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from tensorflow_metadata.proto.v0 import statistics_pb2

from tfx_pipeline.report.evaluator_result import EvaluatorResult, read_evaluator_result
from tfx_pipeline.report.run_records import (
    ArtifactRecord,
    RunNotFoundError,
    RunRecords,
    find_run_of_version,
    read_run_records,
)
from tfx_pipeline.report.run_summary import Decision, RunSummary
from tfx_pipeline.report.tfma_result import read_tfma_result

METADATA_FILE = "metadata.sqlite"
"""In the folder of a run."""

TITLE = "Objects that Sound"

_ORDER = (
    "AvcEvaluator",
    "LocalisationEvaluator",
    "RetrievalEvaluator",
    "SoundBenchmarkEvaluator",
    "BaselineEvaluator",
)
"""In which the report shows evaluators; others follow."""

_TFX_OWN = ("stats_options_json", "input_fingerprint", "output_data_format", "output_file_format")
"""Execution properties that TFX sets, not the pipeline's author."""

_WRAPPERS = ("custom_config", "value")
"""Names that only wrap parameters: TFX's free-form configuration and google.protobuf.Any."""


def collect_run(
    root: str | pathlib.Path,
    pipeline_name: str,
    run_id: str | None = None,
    serving: Mapping[str, Any] | None = None,
    error: str = "",
    version: str | None = None,
) -> RunSummary:
    """Collects all that is known of a run.

    Args:
        root: folder of the run, with `metadata.sqlite`.
        pipeline_name: name of the pipeline.
        run_id: the pipeline run's id; None for the latest.
        serving: figures of the served model, which ML Metadata does not know.
        error: message of the exception that ended the run, which it does not know either.
        version: the run that pushed this version, instead of `run_id`.

    Returns:
        The summary; parts of stages that did not finish are missing.

    Raises:
        RunNotFoundError: there is no `metadata.sqlite`, or it knows no such run.
    """
    root = pathlib.Path(root)
    metadata = root / METADATA_FILE
    if not metadata.is_file():
        raise RunNotFoundError(f"{metadata} does not exist: is {root} the folder of a run?")
    if version is not None:
        run_id = find_run_of_version(str(metadata), pipeline_name, version)
    records = read_run_records(str(metadata), pipeline_name, run_id)
    evaluations = _evaluations(records)
    return RunSummary(
        title=TITLE,
        root=str(root),
        run_id=records.run_id,
        parameters=_parameters(records),
        decision=_decision(records, evaluations, error),
        evaluations=evaluations,
        history=_json(records, "Trainer", "model_run", "history.json", {}),
        serving=dict(serving) if serving is not None else None,
        stages=tuple(node.stage for node in records.nodes.values()),
        data=_data(records),
        rejects=_rejects(records),
    )


def _output(records: RunRecords, node: str, key: str) -> ArtifactRecord | None:
    """The first artifact of a component's output, if the component ran to its end."""
    record = records.nodes.get(node)
    if record is None or record.stage.status == "failed":
        return None
    return next(iter(record.outputs.get(key, [])), None)


def _uri(records: RunRecords, node: str, key: str) -> str | None:
    output = _output(records, node, key)
    return output.uri if output else None


def _json(records: RunRecords, node: str, key: str, name: str, default: Any) -> Any:
    uri = _uri(records, node, key)
    if uri is None or not (pathlib.Path(uri) / name).is_file():
        return default
    return json.loads((pathlib.Path(uri) / name).read_text())


def _evaluations(records: RunRecords) -> tuple[EvaluatorResult, ...]:
    """What the evaluators found, in the order of `_ORDER`."""
    found = []
    for node, record in records.nodes.items():
        folder = _uri(records, node, "evaluation")
        if folder is None:
            continue
        if node == "Evaluator" and _tfma_decides(records):
            found.append(read_tfma_result(folder))
            continue
        result = read_evaluator_result(node, folder, record.parameters.get("thresholds", ""))
        if result is not None:
            found.append(result)
    place = {node: number for number, node in enumerate(_ORDER)}
    return tuple(sorted(found, key=lambda result: place.get(result.node, len(place))))


def _tfma_decides(records: RunRecords) -> bool:
    """Whether the run is of version 0.1, whose gate was TFX's own Evaluator."""
    evaluator = records.nodes.get("Evaluator")
    return evaluator is not None and "value_threshold" in str(
        evaluator.parameters.get("eval_config")
    )


def _decision(records: RunRecords, evaluations: Sequence[EvaluatorResult], error: str) -> Decision:
    errors = tuple(
        f"{name} failed" + (f": {error}" if error else "")
        for name, node in records.nodes.items()
        if node.stage.status == "failed"
    )
    gate = "Evaluator" if _tfma_decides(records) else "ModelGate"
    blessing = _output(records, gate, "blessing")
    blessed = None if blessing is None else blessing.properties.get("blessed") == 1
    decisions = [one for result in evaluations for one in result.decisions]
    decisions += _json(records, "ServingValidator", "blessing", "validation.json", {}).get(
        "decisions", []
    )
    passes = tuple(one["text"] for one in decisions if one["passed"])
    failures = tuple(one["text"] for one in decisions if not one["passed"])
    pushed = _output(records, "Pusher", "pushed_model")
    if pushed is None or pushed.properties.get("pushed") != 1:
        return Decision(blessed, failures + errors or passes)
    return Decision(
        blessed,
        passes + errors,
        pushed.properties.get("pushed_version"),
        pushed.properties.get("pushed_destination"),
    )


def _data(records: RunRecords) -> dict[str, int]:
    data: dict[str, int] = {}
    examples = _output(records, "VideoExampleGen", "examples")
    if examples:
        counted = ("num_videos", "num_rejects", "num_examples")
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


def _rejects(records: RunRecords) -> tuple[dict[str, str], ...]:
    uri = _uri(records, "VideoExampleGen", "examples")
    if uri is None or not (pathlib.Path(uri) / "rejects.jsonl").is_file():
        return ()
    lines = (pathlib.Path(uri) / "rejects.jsonl").read_text().splitlines()
    return tuple(json.loads(line) for line in lines if line)


def _parameters(records: RunRecords) -> dict[str, dict[str, Any]]:
    """The components' parameters by name; nested configurations become `a.b`."""
    parameters = {}
    for name, node in records.nodes.items():
        flat = _flatten(
            {key: _decode(value) for key, value in node.parameters.items() if key not in _TFX_OWN}
        )
        if flat:
            parameters[name] = flat
    return parameters


def _decode(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if name == "@type" or value in (None, "", "null", [], {}):
            continue
        if isinstance(value, Mapping):
            below = prefix if name in _WRAPPERS else f"{prefix}{name}."
            flat.update(_flatten(value, below))
        else:
            flat[prefix + name] = value
    return flat
