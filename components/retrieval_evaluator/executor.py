"""The work of RetrievalEvaluator."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.blessing import write_blessing
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import thresholds_from_json
from objects_that_sound.components.retrieval_evaluator.evaluate import evaluate_retrieval


class Executor(base_executor.BaseExecutor):
    """Embeds a split, measures retrieval on it and judges it."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes retrieval's figures, the neighbours to show and the verdict.

        Args:
            input_dict: `examples`, artifacts of type Examples, `model`, one of type Model, and
                perhaps `baseline_model`, another one.
            output_dict: `evaluation`, one artifact of type Evaluation.
            exec_properties: `k`, `split`, `batch_size`, `label_tree` and `thresholds`.

        Raises:
            ValueError: an embedding is not finite, or the split is empty.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        evaluation = artifact_utils.get_single_instance(output_dict["evaluation"])
        model = SavedModel(artifact_utils.get_single_uri(input_dict["model"]))
        decisions = evaluate_retrieval(
            evaluation.uri,
            input_dict["examples"],
            model,
            load_baseline_model(input_dict.get("baseline_model"), model),
            thresholds=thresholds_from_json(exec_properties.get("thresholds") or ""),
            label_tree=exec_properties.get("label_tree") or "",
            k=exec_properties["k"],
            split=exec_properties["split"],
            batch_size=exec_properties["batch_size"],
        )
        write_blessing(evaluation, decisions)
