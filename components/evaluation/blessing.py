"""Leaves verdicts in artifacts, as TFX's own Evaluator does."""

from __future__ import annotations

import dataclasses
import os

from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.io import fileio

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.threshold import thresholds_from_json


def conclude(
    evaluation: types.Artifact,
    result: EvaluationResult,
    thresholds: str,
    baseline_model: types.Artifact | None,
) -> None:
    """Judges what an evaluator found and writes all of it.

    Args:
        evaluation: artifact of type Evaluation; gets `metrics.json`, `decisions.json` and the
            verdict.
        result: findings.
        thresholds: bounds as `thresholds_to_json` wrote them.
        baseline_model: Model artifact that the model was compared with, if there is one.
    """
    decisions = decide(thresholds_from_json(thresholds), result.metrics, baseline_model is not None)
    result = dataclasses.replace(result, decisions=decisions)
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
