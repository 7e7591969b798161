"""A figure and how sure we are of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure with its two-sided 90 % interval, that is, two one-sided bounds of 95 % each.

    Attributes:
        value: measured on all examples.
        low: lower bound; minus infinity where nothing is known.
        high: upper bound; infinity where nothing is known.
    """

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """The three numbers, null for infinity."""
        return {
            name: number if math.isfinite(number) else None
            for name, number in dataclasses.asdict(self).items()
        }


def confidence_and_change(
    estimates: Mapping[str, Estimate], changes: Mapping[str, Estimate] | None
) -> dict[str, Any]:
    """Makes what `metrics.json` holds beside the plain figures.

    Args:
        estimates: by metric.
        changes: by metric, against the baseline model; None if there is none.

    Returns:
        `confidence`: by metric, `low` and `high`; and with a baseline model `change`: by metric,
        `value`, `low` and `high`.
    """
    confidence = {name: estimate.to_json() for name, estimate in estimates.items()}
    for interval in confidence.values():
        del interval["value"]
    content: dict[str, Any] = {"confidence": confidence}
    if changes is not None:
        content["change"] = {name: change.to_json() for name, change in changes.items()}
    return content
