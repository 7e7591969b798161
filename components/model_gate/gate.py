"""One verdict of several evaluations."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from objects_that_sound.components.evaluation.evaluation_result import (
    DECISIONS_FILE,
    read_evaluation_result,
)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The verdict on a model.

    Attributes:
        blessed: whether every evaluator blesses the model.
        decisions: all evaluators' decisions, each with its `evaluator`, `metric`, `passed`, `text`
            and `bound`.
    """

    blessed: bool
    decisions: tuple[dict[str, Any], ...]


def gate(evaluations: Sequence[str]) -> Verdict:
    """Blesses a model if every evaluator does.

    Args:
        evaluations: folders of `EvaluationResult`s that were judged.

    Returns:
        The verdict. An evaluator that gave none does not bless; one that was asked nothing does, and
        says so.
    """
    decisions = sorted(
        (decision for folder in evaluations for decision in _decisions(folder)),
        key=lambda decision: decision["evaluator"],
    )
    blessed = bool(decisions) and all(decision["passed"] for decision in decisions)
    return Verdict(blessed, tuple(decisions))


def _decisions(folder: str) -> list[dict[str, Any]]:
    result = read_evaluation_result(folder)
    if result is None or result.decisions is None:
        name = result.evaluator if result else folder
        return [_about(name, False, f"{name} gave no verdict ({DECISIONS_FILE} is missing)")]
    name = result.evaluator
    if not result.decisions:
        return [_about(name, True, f"{name}: no threshold is set")]
    return [{"evaluator": name, **dataclasses.asdict(one)} for one in result.decisions]


def _about(name: str, passed: bool, text: str) -> dict[str, Any]:
    return {"evaluator": name, "metric": None, "passed": passed, "text": text, "bound": ""}
