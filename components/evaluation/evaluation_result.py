"""What an evaluator finds, and how it is kept."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.json_file import read_json, write_json
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.result_table import ResultTable

ARTIFACT_TYPE = "ObjectsThatSoundEvaluation"
"""TFX's name of the artifacts that hold a result."""
METRICS_FILE = "metrics.json"
DECISIONS_FILE = "decisions.json"


@dataclasses.dataclass(frozen=True)
class EvaluationResult:
    """What an evaluator found: the one list that gate, files, reports and commands read.

    Attributes:
        evaluator: name of the evaluator in thresholds, such as `avc`.
        title: name of the evaluator for people.
        metrics: all metrics that the evaluator declares, measured or not.
        notes: sentences on what was measured, and what could not be.
        tables: figures beside the metrics.
        details: anything else for programs, as JSON values.
        decisions: what came of the thresholds; None where nobody judged.
    """

    evaluator: str
    title: str
    metrics: Sequence[MeasuredMetric]
    notes: Sequence[str] = ()
    tables: Sequence[ResultTable] = ()
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    decisions: Sequence[Decision] | None = None

    def __getitem__(self, name: str) -> MeasuredMetric:
        """The metric of a name.

        Raises:
            KeyError: there is none.
        """
        for one in self.metrics:
            if one.metric.name == name:
                return one
        raise KeyError(name)

    @property
    def blessed(self) -> bool:
        """Whether every bound is kept; nothing asked, nothing broken."""
        return all(decision.passed for decision in self.decisions or ())

    def to_json(self) -> dict[str, Any]:
        """Everything but the decisions, as JSON values."""
        return {
            "evaluator": self.evaluator,
            "title": self.title,
            "metrics": [one.to_json() for one in self.metrics],
            "notes": list(self.notes),
            "tables": [table.to_json() for table in self.tables],
            "details": dict(self.details),
        }

    def write(self, folder: str) -> None:
        """Writes `metrics.json` and, where somebody judged, `decisions.json`.

        Raises:
            ValueError: a figure is NaN, which JSON cannot say.
        """
        write_json(os.path.join(folder, METRICS_FILE), self.to_json())
        if self.decisions is not None:
            decisions = [dataclasses.asdict(one) for one in self.decisions]
            content = {"blessed": self.blessed, "decisions": decisions}
            write_json(os.path.join(folder, DECISIONS_FILE), content)


def read_evaluation_result(folder: str) -> EvaluationResult | None:
    """Reads what `EvaluationResult.write` wrote; None where the folder holds no `metrics.json`."""
    values = read_json(os.path.join(folder, METRICS_FILE))
    if values is None:
        return None
    verdict = read_json(os.path.join(folder, DECISIONS_FILE))
    return EvaluationResult(
        values["evaluator"],
        values["title"],
        tuple(map(MeasuredMetric.from_json, values["metrics"])),
        tuple(values["notes"]),
        tuple(map(ResultTable.from_json, values["tables"])),
        values["details"],
        None if verdict is None else tuple(Decision(**one) for one in verdict["decisions"]),
    )
