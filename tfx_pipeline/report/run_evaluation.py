"""What the evaluators of a run found, and where it lies."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Iterable

from objects_that_sound.components.evaluation.evaluation_result import (
    EvaluationResult,
    read_evaluation_result,
)
from objects_that_sound.components.evaluators import EVALUATORS


@dataclasses.dataclass(frozen=True)
class RunEvaluation:
    """The content of an `Evaluation` artifact.

    Attributes:
        node: id of the component in the pipeline.
        folder: folder of the artifact, which holds the pictures too.
        result: what was found and decided.
    """

    node: str
    folder: str
    result: EvaluationResult

    @property
    def plots(self) -> list[str]:
        """Names of the pictures of its figures."""
        return sorted(path.name for path in pathlib.Path(self.folder).glob("*.png"))


def read_run_evaluations(artifacts: Iterable[tuple[str, str]]) -> tuple[RunEvaluation, ...]:
    """Reads the evaluations of a run.

    Args:
        artifacts: node and folder of every `Evaluation`.

    Returns:
        Those that are still there, in the order of the registry of evaluators, then any others.
    """
    found = [
        RunEvaluation(node, folder, result)
        for node, folder in artifacts
        if (result := read_evaluation_result(folder)) is not None
    ]
    place = {name: number for number, name in enumerate(EVALUATORS)}
    return tuple(sorted(found, key=lambda one: place.get(one.result.evaluator, len(place))))
