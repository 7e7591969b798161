"""What one evaluator of a run found and decided."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
from typing import Any

_TITLES = {
    "AvcEvaluator": "Correspondence",
    "BaselineEvaluator": "Baselines of correspondence",
    "SoundBenchmarkEvaluator": "Sound benchmark",
}


@dataclasses.dataclass(frozen=True)
class EvaluatorResult:
    """The content of an `Evaluation` artifact.

    Attributes:
        node: the component's id in the pipeline.
        folder: of the artifact.
        metrics: of `metrics.json`.
        decisions: of `decisions.json`: `metric`, `passed`, `text`; empty if nothing was asked.
        thresholds: what was asked: `metric` and some of `at_least`, `at_most`, `max_loss`.
    """

    node: str
    folder: str = ""
    metrics: dict[str, Any] = dataclasses.field(default_factory=dict)
    decisions: tuple[dict[str, Any], ...] = ()
    thresholds: tuple[dict[str, Any], ...] = ()

    @property
    def title(self) -> str:
        """The evaluator's name for people."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.node.removesuffix("Evaluator"))
        return _TITLES.get(self.node, words.capitalize())

    @property
    def plots(self) -> list[str]:
        """Names of the pictures of its figures."""
        if not self.folder:
            return []
        return sorted(path.name for path in pathlib.Path(self.folder).glob("*.png"))


def read_evaluator_result(node: str, folder: str, thresholds: str = "") -> EvaluatorResult | None:
    """Reads an `Evaluation`.

    Args:
        node: the component's id.
        folder: of the artifact.
        thresholds: the component's parameter of that name, JSON.

    Returns:
        None if the folder holds no `metrics.json`.
    """
    path = pathlib.Path(folder)
    if not (path / "metrics.json").is_file():
        return None
    decided: dict[str, Any] = {}
    if (path / "decisions.json").is_file():
        decided = json.loads((path / "decisions.json").read_text())
    return EvaluatorResult(
        node=node,
        folder=folder,
        metrics=json.loads((path / "metrics.json").read_text()),
        decisions=tuple(decided.get("decisions", ())),
        thresholds=tuple(json.loads(thresholds or "[]")),
    )
