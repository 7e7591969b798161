"""Leaves verdicts in artifacts, as TFX's own Evaluator does."""

from __future__ import annotations

import os
from typing import Any

from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.io import fileio

from objects_that_sound.components.evaluation.evaluate_and_judge import evaluate_and_judge
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.threshold import thresholds_from_json


def leave_evaluation(
    evaluator: Evaluator,
    evaluation: types.Artifact,
    model: types.Artifact,
    baseline_model: types.Artifact | None,
    *,
    options: str,
    thresholds: str,
    **inputs: Any,
) -> None:
    """Does the work of an evaluator's component: measures, judges, and writes all of it.

    Args:
        evaluator: evaluator that the component is of.
        evaluation: artifact of type Evaluation; gets `metrics.json`, `decisions.json`, the verdict
            and the evaluator's pictures.
        model: Model artifact to measure.
        baseline_model: Model artifact to compare with, if there is one.
        options: JSON of the evaluator's options.
        thresholds: bounds as `thresholds_to_json` wrote them.
        **inputs: paths that the evaluator measures on; see `Evaluator.inputs`.
    """
    result = evaluate_and_judge(
        evaluator,
        model.uri,
        baseline_model.uri if baseline_model is not None else None,
        inputs,
        options=evaluator.options.from_json(options),
        thresholds=thresholds_from_json(thresholds),
        folder=evaluation.uri,
    )
    result.write(evaluation.uri)
    mark_blessed(evaluation, result.blessed)


def mark_blessed(artifact: types.Artifact, blessed: bool) -> None:
    """Writes the empty file and sets the custom property by which TFX knows a verdict."""
    names = {True: constants.BLESSED_FILE_NAME, False: constants.NOT_BLESSED_FILE_NAME}
    stale = os.path.join(artifact.uri, names[not blessed])
    if fileio.exists(stale):
        fileio.remove(stale)
    fileio.makedirs(artifact.uri)
    with fileio.open(os.path.join(artifact.uri, names[blessed]), "w") as file:
        file.write("")
    artifact.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, int(blessed))
