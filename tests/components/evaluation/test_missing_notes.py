"""What was not measured is said once for each reason."""

from __future__ import annotations

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Metric, Rank
from objects_that_sound.components.evaluation.missing_notes import missing_notes


def test_metrics_are_gathered_by_reason_without_minor_ones():
    measured = MeasuredMetric(Metric("measured", "Measured"), Estimate(0.5))
    missing = [
        MeasuredMetric(Metric(title.lower(), title, rank=rank), missing=reason)
        for title, rank, reason in (
            ("One", Rank.HEADLINE, "there are no boxes"),
            ("Two", Rank.MAIN, "there are no classes"),
            ("Three", Rank.MINOR, "there are no boxes"),
            ("Four", Rank.MAIN, "there are no boxes"),
        )
    ]
    assert missing_notes([measured, *missing]) == [
        "Not measured, as there are no boxes: One; Four.",
        "Not measured, as there are no classes: Two.",
    ]
    assert missing_notes([measured]) == []
