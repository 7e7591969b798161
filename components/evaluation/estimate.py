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
        value: figure measured on all examples.
        low: lower bound; minus infinity where nothing is known.
        high: upper bound; infinity where nothing is known.
    """

    value: float
    low: float = -math.inf
    high: float = math.inf

    @property
    def known(self) -> bool:
        """Whether both ends of the interval are."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def apart_from(self, other: Estimate) -> bool:
        """Whether two intervals have nothing in common."""
        return self.low > other.high or self.high < other.low

    def to_json(self) -> dict[str, float | None]:
        """The three numbers, null for infinity."""
        return {
            name: number if math.isfinite(number) else None
            for name, number in dataclasses.asdict(self).items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Estimate | None:
        """Reads what `to_json` gave; None where there is no value."""
        if values is None or values["value"] is None:
            return None
        low, high = values["low"], values["high"]
        return cls(
            values["value"],
            -math.inf if low is None else low,
            math.inf if high is None else high,
        )
