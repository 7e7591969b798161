"""Reads what the components leave in the folders of their artifacts."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable
from typing import Any

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.serving_validator.validation_file import VALIDATION_FILE
from objects_that_sound.components.video_example_gen.artifact_names import REJECTS_NAME
from objects_that_sound.models.training_history import HISTORY_FILE, TrainingHistory
from objects_that_sound.tfx_pipeline.report.json_rows import json_rows
from objects_that_sound.tfx_pipeline.report.page import load_json
from objects_that_sound.tfx_pipeline.report.run_evaluation import RunEvaluation


def read_history(model_run: str) -> TrainingHistory | None:
    """The history of a training.

    Args:
        model_run: folder of the ModelRun artifact; "" where there is none.

    Returns:
        The history; None where nothing was trained.
    """
    content = load_json(model_run, HISTORY_FILE)
    return TrainingHistory.from_json(content) if content else None


def read_validation(infra_blessing: str) -> dict[str, Any]:
    """What ServingValidator measured and decided; empty where it did not get that far.

    Args:
        infra_blessing: folder of the InfraBlessing artifact; "" where there is none.
    """
    return load_json(infra_blessing, VALIDATION_FILE) or {}


def read_rejects(examples: str) -> tuple[dict[str, str], ...]:
    """The videos that could not be used: `video`, `reason` and `detail` of each.

    Args:
        examples: folder of the Examples artifact; "" where there is none.
    """
    if not examples or not (pathlib.Path(examples) / REJECTS_NAME).is_file():
        return ()
    return tuple(json_rows(pathlib.Path(examples) / REJECTS_NAME))


def decision_texts(
    evaluations: Iterable[RunEvaluation], validation: dict[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The bounds that were kept, and those that were not, in words that begin with the title of a figure.

    Args:
        evaluations: what the evaluators found and decided.
        validation: what `read_validation` read.
    """
    decisions = [
        (_titled(one, each.result), one.passed)
        for each in evaluations
        for one in each.result.decisions or ()
    ]
    decisions += [(one["text"], one["passed"]) for one in validation.get("decisions", [])]
    return (
        tuple(text for text, passed in decisions if passed),
        tuple(text for text, passed in decisions if not passed),
    )


def _titled(decision: Decision, result: EvaluationResult) -> str:
    for one in result.metrics:
        if one.metric.name == decision.metric and decision.text.startswith(f"{decision.metric} "):
            return one.metric.title + decision.text.removeprefix(decision.metric)
    return decision.text
