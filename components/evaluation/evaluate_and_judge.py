"""Measures a model with an evaluator, and judges it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from objects_that_sound.components.evaluation.decide import decide
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.threshold import Threshold


def evaluate_and_judge(
    evaluator: Evaluator,
    model: str,
    baseline_model: str | None,
    inputs: Mapping[str, Any],
    *,
    options: EvaluatorOptions,
    thresholds: Sequence[Threshold],
    folder: str,
) -> EvaluationResult:
    """Does what the evaluator's component, `ots evaluate` and the gate's benchmark have in common.

    Args:
        evaluator: evaluator to measure with.
        model: path of the model; see `saved_model_path`.
        baseline_model: path of the model to compare with; None if there is none.
        inputs: paths that the evaluator measures on, by the names of `Evaluator.inputs`.
        options: options of the evaluator.
        thresholds: bounds that `Evaluator.check` accepts.
        folder: folder that gets the evaluator's pictures.

    Returns:
        What was found, with the decisions. It is not written yet.

    Raises:
        OSError: there is no model.
        ValueError: the evaluator cannot measure; says why.
    """
    measure = evaluator.load_function()
    result = measure(model, baseline_model, **inputs, options=options, folder=folder)
    decisions = decide(thresholds, result.metrics, baseline_model is not None)
    return dataclasses.replace(result, decisions=decisions)
