"""A metric with what was measured of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank


@dataclasses.dataclass(frozen=True)
class MeasuredMetric:
    """A metric, its value, and what the value is to be compared with.

    Attributes:
        metric: what was measured.
        estimate: value with its interval; None where it could not be measured.
        change: difference from the latest blessed model; None where there is nothing to compare.
        chance: value that is expected of guessing, if known.
        ceiling: best value that is possible, if known.
        baselines: values of other ways on the same examples, by name for people.
        missing: reason why it could not be measured; "" where it was.
    """

    metric: Metric
    estimate: Estimate | None = None
    change: Estimate | None = None
    chance: float | None = None
    ceiling: float | None = None
    baselines: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)
    missing: str = ""

    @property
    def value(self) -> float | None:
        """The estimate's value; None where it could not be measured."""
        return None if self.estimate is None else self.estimate.value

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values; see `from_json`."""
        return {
            "name": self.metric.name,
            "title": self.metric.title,
            "better": self.metric.better.value,
            "rank": self.metric.rank.value,
            "unit": self.metric.unit,
            "basis": self.metric.basis,
            **(
                self.estimate.to_json()
                if self.estimate
                else dict.fromkeys(("value", "low", "high"))
            ),
            "change": self.change.to_json() if self.change else None,
            "chance": self.chance,
            "ceiling": self.ceiling,
            "baselines": {name: one.to_json() for name, one in self.baselines.items()},
            "missing": self.missing,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> MeasuredMetric:
        """Reads what `to_json` gave."""
        metric = Metric(
            values["name"],
            values["title"],
            Better(values["better"]),
            Rank(values["rank"]),
            values["unit"],
            values.get("basis", ""),  # runs of older versions do not have it
        )
        return cls(
            metric,
            Estimate.from_json(values),
            Estimate.from_json(values["change"]),
            values["chance"],
            values["ceiling"],
            {
                name: found
                for name, one in values["baselines"].items()
                if (found := Estimate.from_json(one)) is not None
            },
            values["missing"],
        )
