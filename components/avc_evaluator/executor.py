"""The work of AvcEvaluator."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from objects_that_sound.components.avc_evaluator.evaluate import evaluate_avc
from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.blessing import write_blessing
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import thresholds_from_json


class Executor(base_executor.BaseExecutor):
    """Scores the pairs and judges the accuracy."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes AVC's figures, pictures and the verdict.

        Args:
            input_dict: `pairs`, one artifact of type Examples, `model`, one of type Model, and
                perhaps `baseline_model`, another one.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `batch_size` and `thresholds`.

        Raises:
            ValueError: there are no pairs of both kinds, or a score is not finite.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        evaluation = artifact_utils.get_single_instance(output_dict["evaluation"])
        model = SavedModel(artifact_utils.get_single_uri(input_dict["model"]))
        decisions = evaluate_avc(
            evaluation.uri,
            artifact_utils.get_single_instance(input_dict["pairs"]),
            model,
            load_baseline_model(input_dict.get("baseline_model"), model),
            thresholds=thresholds_from_json(exec_properties["thresholds"]),
            batch_size=exec_properties["batch_size"],
        )
        write_blessing(evaluation, decisions)
