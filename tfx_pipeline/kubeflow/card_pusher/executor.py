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
from objects_that_sound.tfx_pipeline.report.run_evaluation import read_run_evaluations
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.report.video_counts import read_video_counts


class Executor(executor.Executor):
    """Pushes, and writes the facts and the card of what was pushed."""

    def Do(  # noqa: N802 # TFX spells it so
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Pushes a blessed model, its facts and its card.

        Args:
            input_dict: those of FactsPusher, and `model_run` and `examples`.
            output_dict: those of FactsPusher.
            exec_properties: those of FactsPusher, and `parameters` and `data_license`.

        Raises:
            ValueError: there can be no higher version.
            OSError: facts or card can't be written.
        """
        super().Do(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.PUSHED_MODEL_KEY]
        )
        if not pushed.get_int_custom_property("pushed"):
            return
        evaluations = read_run_evaluations(("", one.uri) for one in input_dict["evaluations"])
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
