"""The work of ModelGate."""

from __future__ import annotations

import json
import os
from typing import Any

from absl import logging
from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from objects_that_sound.components.evaluation.blessing import DECISIONS_FILE, mark_blessed
from objects_that_sound.components.evaluation.write_metrics import write_json


class Executor(base_executor.BaseExecutor):
    """Blesses the model if every evaluator does."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the verdict as TFX's Evaluator would.

        Args:
            input_dict: `model`, one artifact of type Model, perhaps `baseline_model`, another one,
                and by evaluator one artifact of type Evaluation each.
            output_dict: `blessing`, one artifact of type ModelBlessing.
            exec_properties: none.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        blessing = artifact_utils.get_single_instance(output_dict["blessing"])
        decisions = []
        for name, artifacts in sorted(input_dict.items()):
            if name not in ("model", "baseline_model"):
                for evaluation in artifacts:
                    decisions += _decisions(name, evaluation.uri)
        blessed = bool(decisions) and all(decision["passed"] for decision in decisions)
        content = {"blessed": blessed, "decisions": decisions}
        write_json(os.path.join(blessing.uri, DECISIONS_FILE), content)
        mark_blessed(blessing, blessed)
        # LatestBlessedModelStrategy finds the model by its id.
        model = artifact_utils.get_single_instance(input_dict["model"])
        blessing.set_string_custom_property(
            constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri
        )
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
        for baseline in input_dict.get("baseline_model") or []:
            blessing.set_string_custom_property(
                constants.ARTIFACT_PROPERTY_BASELINE_MODEL_URI_KEY, baseline.uri
            )
            blessing.set_int_custom_property(
                constants.ARTIFACT_PROPERTY_BASELINE_MODEL_ID_KEY, baseline.id
            )
        logging.info("%s: %s", "Blessed" if blessed else "Not blessed", decisions)


def _decisions(name: str, uri: str) -> list[dict[str, Any]]:
    """An evaluator's decisions; one that was asked nothing says so."""
    path = os.path.join(uri, DECISIONS_FILE)
    if not fileio.exists(path):
        text = f"{name} gave no verdict ({DECISIONS_FILE} is missing)"
        return [{"evaluator": name, "metric": None, "passed": False, "text": text}]
    with fileio.open(path) as file:
        verdict = json.load(file)
    decisions = [{"evaluator": name, **decision} for decision in verdict["decisions"]]
    if not decisions:
        text = f"{name}: no threshold is set"
        decisions = [
            {"evaluator": name, "metric": None, "passed": verdict["blessed"], "text": text}
        ]
    return decisions
