"""Runs the executor of a TFX component as a step of Kubeflow Pipelines.

    python -m objects_that_sound.tfx_pipeline.kubeflow.run_step --executor CLASS --executor_input JSON
        --input NAME KEY CLASS PATH ... --output NAME CLASS PATH ... [--property NAME VALUE ...]
        [--work_dir FOLDER] [options of Beam]

NAME is the step's input, KEY that of the executor: several inputs of one key are its list.

TFX's own entry point, `kubeflow_v2_run_executor`, does the work. It was made for Vertex AI; what it
lacks elsewhere is done around it:

- Open-source Kubeflow gives artifacts as URIs of its object store (minio://) that TFX can't open, and
  copies them to and from local paths: those are used.
- It does not tell the types of inputs: the command does.
- There are no optional artifacts: one that stands for "no model" is left out.
- An input has one source: the artifacts of a union come as several inputs, and are put together.
- All properties come as one parameter, from the step `configure`.
- It has a type for figures, `Metrics`, whose metadata its page compares: they are put there.
- It gives each task more outputs than the step declares: since 2.5 its log, `executor-logs`. They are
  the launcher's own, and are left to it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.dsl.io import fileio
from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor
from tfx.types import standard_artifacts
from tfx.utils import io_utils, name_utils

from objects_that_sound.components.blessed_models import is_no_model
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.evaluation_result import read_evaluation_result
from objects_that_sound.components.isolated_python import isolate_children

PROPERTIES = "exec_properties"
"""Name of the input parameter that holds the executor's properties as JSON."""

_EVALUATION = name_utils.get_full_name(Evaluation)
_MODEL = name_utils.get_full_name(standard_artifacts.Model)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the step."""
    isolate_children()
    given, beam_args = _parse(arguments)
    executor_input = pipeline_spec_pb2.ExecutorInput()
    json_format.Parse(given.executor_input, executor_input, ignore_unknown_fields=True)
    inputs, outputs = executor_input.inputs, executor_input.outputs
    for name in set(outputs.artifacts) - {name for name, _, _ in given.output}:
        del outputs.artifacts[name]

    properties = json.loads(inputs.parameter_values.pop(PROPERTIES).string_value)
    properties |= dict(given.property)
    _set_properties(inputs, properties)

    uris: dict[str, str] = {}  # by the path that stands for it here
    sources = pipeline_spec_pb2.ExecutorInput.Inputs()
    sources.CopyFrom(inputs)
    inputs.artifacts.clear()  # those that the command does not name are known by their paths only
    for name, key, artifact_class, path in given.input:
        taken = inputs.artifacts[key].artifacts
        if not (artifact_class == _MODEL and is_no_model(path)):
            taken.append(sources.artifacts[name].artifacts[0])
            _place(taken[-1], artifact_class, path, uris)

    work_dir = _work_dir(given.work_dir, outputs)
    places = {
        name: os.path.join(work_dir, name) if work_dir else path for name, _, path in given.output
    }
    for name, artifact_class, _ in given.output:
        fileio.makedirs(places[name])
        _place(outputs.artifacts[name].artifacts[0], artifact_class, places[name], uris)

    kubeflow_v2_run_executor.main(
        (
            argparse.Namespace(
                executor_class_path=given.executor,
                json_serialized_invocation_args=json_format.MessageToJson(executor_input),
                json_serialized_inputs_spec_args=json.dumps(_types(properties)),
            ),
            beam_args,
        )
    )

    figures = {
        name: _figures(places[name])
        for name, artifact_class, _ in given.output
        if artifact_class == _EVALUATION
    }
    if work_dir:
        for name, _, path in given.output:
            io_utils.copy_dir(places[name], path)
        fileio.rmtree(work_dir)
    _restore(outputs.output_file, uris, figures)


def _parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--executor", required=True)
    parser.add_argument("--executor_input", required=True)
    parser.add_argument("--input", nargs=4, action="append", default=[])
    parser.add_argument("--output", nargs=3, action="append", default=[])
    parser.add_argument("--property", nargs=2, action="append", default=[])
    parser.add_argument("--work_dir", default="")
    return parser.parse_known_args(arguments)


def _set_properties(
    inputs: pipeline_spec_pb2.ExecutorInput.Inputs, properties: Mapping[str, Any]
) -> None:
    for name, value in properties.items():
        json_format.ParseDict(value, inputs.parameter_values[name])


def _types(properties: Mapping[str, Any]) -> dict[str, Any]:
    """By which TFX tells integers: all numbers of an ExecutorInput are floats."""
    integers = {
        name: {"parameterType": "NUMBER_INTEGER"}
        for name, value in properties.items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    return {"parameters": integers}


def _place(
    artifact: pipeline_spec_pb2.RuntimeArtifact,
    artifact_class: str,
    path: str,
    uris: dict[str, str],
) -> None:
    uris[path] = artifact.uri
    artifact.uri = path
    artifact.type.schema_title = artifact_class  # TFX imports the class by it


def _work_dir(folder: str, outputs: pipeline_spec_pb2.ExecutorInput.Outputs) -> str:
    """The same for all attempts of a task, for what it keeps beside its outputs to go on from."""
    if not folder:
        return ""
    uris = sorted(one.artifacts[0].uri for one in outputs.artifacts.values())
    return os.path.join(folder, hashlib.sha256("\n".join(uris).encode()).hexdigest()[:16])


def _figures(folder: str) -> dict[str, float]:
    """What an evaluator measured, by the metrics' names."""
    result = read_evaluation_result(folder)
    return {
        one.metric.column: one.value
        for one in (result.metrics if result else ())
        if one.value is not None
    }


def _restore(
    output_file: str, uris: Mapping[str, str], figures: Mapping[str, Mapping[str, float]]
) -> None:
    """Writes URIs for paths, figures, and no nulls, which open-source Kubeflow refuses."""
    output = pipeline_spec_pb2.ExecutorOutput()
    with fileio.open(output_file) as file:
        json_format.Parse(file.read(), output)
    for name, artifacts in output.artifacts.items():
        for artifact in artifacts.artifacts:
            artifact.uri = uris[artifact.uri]
            metadata = json_format.MessageToDict(artifact.metadata)
            artifact.metadata.Clear()
            artifact.metadata.update(
                {
                    key: uris.get(value, value) if isinstance(value, str) else value
                    for key, value in metadata.items()
                    if value is not None
                }
            )
            artifact.metadata.update(figures.get(name, {}))
    with fileio.open(output_file, "w") as file:
        file.write(json_format.MessageToJson(output))


if __name__ == "__main__":
    main()
