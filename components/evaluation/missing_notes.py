"""Says what could not be measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Rank


def missing_notes(metrics: Sequence[MeasuredMetric]) -> list[str]:
    """Makes a sentence for each reason why metrics, but for minor ones, could not be measured."""
    titles = defaultdict(list)
    for one in metrics:
        if one.estimate is None and one.metric.rank is not Rank.MINOR:
            titles[one.missing].append(one.metric.title)
    return [f"Not measured, as {reason}: {'; '.join(of)}." for reason, of in titles.items()]
