"""A measured metric with what was decided on it."""

from __future__ import annotations

import dataclasses
from typing import Any

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank


@dataclasses.dataclass(frozen=True)
class JudgedMetric:
    """A metric of a run, as tables show it.

    Attributes:
        evaluator: name of the evaluator.
        evaluator_title: name of the evaluator for people.
        measured: what was measured.
        decisions: what came of the bounds on it; empty if there were none.
    """

    evaluator: str
    evaluator_title: str
    measured: MeasuredMetric
    decisions: tuple[Decision, ...] = ()

    @property
    def metric(self) -> Metric:
        """The metric itself."""
        return self.measured.metric

    @property
    def passed(self) -> bool | None:
        """Whether every bound is kept; None if there were none."""
        return all(one.passed for one in self.decisions) if self.decisions else None

    @property
    def minor(self) -> bool:
        """Whether it may be folded away."""
        return self.metric.rank is Rank.MINOR and not self.decisions

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "evaluator": self.evaluator,
            **self.measured.to_json(),
            "decisions": [dataclasses.asdict(one) for one in self.decisions],
        }


def judged_metrics(result: EvaluationResult) -> list[JudgedMetric]:
    """Puts decisions to the metrics that they are on, in the evaluator's order."""
    decisions = result.decisions or ()
    return [
        JudgedMetric(
            result.evaluator,
            result.title,
            measured,
            tuple(one for one in decisions if one.metric == measured.metric.name),
        )
        for measured in result.metrics
    ]
