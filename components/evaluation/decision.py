"""What comes of a bound."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Decision:
    """What came of one bound.

    Attributes:
        metric: name of the metric.
        passed: whether the bound is kept.
        text: sentence with the figure, its interval and the bound.
        bound: what was asked, such as "≥ 0.800"; "" where it is no bound of a metric.
    """

    metric: str
    passed: bool
    text: str
    bound: str = ""
