"""The work of CardPusher."""

from __future__ import annotations

import json
from typing import Any

from tfx import types
from tfx.types import artifact_utils, standard_component_specs

from objects_that_sound.tfx_pipeline.kubeflow.facts_pusher import executor
from objects_that_sound.tfx_pipeline.report.artifact_files import (
    decision_texts,
    read_history,
    read_rejects,
    read_validation,
)
from objects_that_sound.tfx_pipeline.report.metadata_graph import ArtifactRecord
from objects_that_sound.tfx_pipeline.report.model_card import write_model_card
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.report.video_counts import read_video_counts


class Executor(executor.Executor):
    """Pushes, and writes the facts and the card of what was pushed."""

    def _describe(
        self,
        pushed: types.Artifact,
        evaluations: tuple[RunEvaluation, ...],
        input_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the card beside the facts.

        Args:
            pushed: what was pushed.
            evaluations: of all evaluators.
            input_dict: those of FactsPusher, and `model_run` and `examples`.
            exec_properties: those of FactsPusher, and `parameters` and `data_license`.
        """
        super()._describe(pushed, evaluations, input_dict, exec_properties)
        validation = read_validation(
            artifact_utils.get_single_uri(input_dict[standard_component_specs.INFRA_BLESSING_KEY])
        )
        passed, _ = decision_texts(evaluations, validation)
        examples = input_dict["examples"]
        summary = RunSummary(
            "",
            parameters=json.loads(exec_properties["parameters"]),
            decision=Decision(
                True,
                passed,
                pushed.get_string_custom_property("pushed_version"),
                pushed.get_string_custom_property("pushed_destination"),
            ),
            evaluations=evaluations,
            history=read_history(artifact_utils.get_single_uri(input_dict["model_run"])),
            videos=read_video_counts(map(_record, examples)),
            rejects=tuple(row for one in examples for row in read_rejects(one.uri)),
        )
        write_model_card(summary, exec_properties["data_license"])


def _record(examples: types.Artifact) -> ArtifactRecord:
    length = "num_seconds"
    known = examples.has_custom_property(length)
    properties = {length: examples.get_int_custom_property(length)} if known else {}
    return ArtifactRecord(examples.uri, properties)
