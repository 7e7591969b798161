"""A way to do without a trained network."""

from __future__ import annotations

import dataclasses

from objects_that_sound.components.evaluation.metric import Metric, Rank


@dataclasses.dataclass(frozen=True)
class Baseline:
    """A way to do without a trained network, and what it is measured by.

    Attributes:
        name: start of its metrics' names.
        title: name for people, as it stands beside a model's figures.
        beside: metrics of the evaluators that it stands beside.
    """

    name: str
    title: str
    beside: tuple[Metric, ...]

    def metric(self, beside: Metric) -> Metric:
        """Its own metric, where it is measured by one of the evaluators'."""
        return dataclasses.replace(
            beside,
            name=f"{self.name}_{beside.name}",
            title=f"{self.title}: {beside.title}",
            rank=Rank.MINOR,
        )
