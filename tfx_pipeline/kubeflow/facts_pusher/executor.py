"""The work of FactsPusher."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.types import artifact_utils, standard_component_specs

from objects_that_sound.components.pusher import executor
from objects_that_sound.tfx_pipeline.report.model_facts import write_model_facts
from objects_that_sound.tfx_pipeline.report.run_evaluation import (
    RunEvaluation,
    read_run_evaluations,
)
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


class Executor(executor.Executor):
    """Pushes, and writes the facts of what was pushed."""

    def Do(  # noqa: N802 # TFX spells it so
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Pushes what is blessed, and its facts.

        Args:
            input_dict: those of Pusher, and `evaluations`.
            output_dict: those of Pusher.
            exec_properties: those of Pusher.

        Raises:
            ValueError: there can be no higher version.
            OSError: the facts can't be written.
        """
        super().Do(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(
            output_dict[standard_component_specs.PUSHED_MODEL_KEY]
        )
        if not pushed.get_int_custom_property("pushed"):
            return
        evaluations = read_run_evaluations(("", one.uri) for one in input_dict["evaluations"])
        self._describe(pushed, evaluations, input_dict, exec_properties)

    def _describe(
        self,
        pushed: types.Artifact,
        evaluations: tuple[RunEvaluation, ...],
        input_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes what goes with a version that was pushed."""
        write_model_facts(
            RunSummary("", evaluations=evaluations),
            pushed.get_string_custom_property("pushed_destination"),
        )
