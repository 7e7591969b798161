"""What the gate asks of a metric."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Threshold:
    """Bounds of one metric; those that are None ask for nothing.

    Attributes:
        metric: its name.
        at_least: the lower end of the metric's interval must reach it.
        at_most: the upper end of the metric's interval must not exceed it; lower is better then.
        max_loss: how much worse than the latest blessed model a new one may be, with its interval.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    max_loss: float | None = None

    def __post_init__(self):
        if self.at_least is None and self.at_most is None and self.max_loss is None:
            raise ValueError(f"the threshold on {self.metric} has no bound")
        if self.max_loss is not None and self.max_loss < 0:
            raise ValueError(f"max_loss of {self.metric} is {self.max_loss}, below 0")

    @property
    def lower_is_better(self) -> bool:
        """Whether the metric is one of those that should be small."""
        return self.at_least is None and self.at_most is not None


def parse_threshold(text: str) -> Threshold:
    """Reads a threshold as the command line spells it.

    Args:
        text: `metric>=0.8`, `metric<=0.1`, `metric:max_loss=0.05`, or a bound and a loss:
            `metric>=0.8:max_loss=0.05`.

    Raises:
        ValueError: it is spelt otherwise.
    """
    number = r"-?\d*\.?\d+(?:e-?\d+)?"
    match = re.fullmatch(
        rf"\s*([\w./-]+?)\s*(?:(>=|<=)\s*({number}))?\s*(?::\s*max_loss\s*=\s*({number}))?\s*", text
    )
    if match is None or match[2] is match[4] is None:
        raise ValueError(
            f"{text!r} is no threshold: write metric>=0.8, metric<=0.1, metric:max_loss=0.05 or "
            f"metric>=0.8:max_loss=0.05"
        )
    metric, relation, bound, loss = match.groups()
    return Threshold(
        metric,
        at_least=float(bound) if relation == ">=" else None,
        at_most=float(bound) if relation == "<=" else None,
        max_loss=float(loss) if loss is not None else None,
    )


def thresholds_to_json(thresholds: Sequence[Threshold]) -> str:
    """Writes thresholds as a component's parameter `thresholds`."""
    return json.dumps(
        [
            {name: value for name, value in dataclasses.asdict(one).items() if value is not None}
            for one in thresholds
        ]
    )


def thresholds_from_json(text: str) -> list[Threshold]:
    """Reads a component's parameter `thresholds`; "" holds none.

    Raises:
        ValueError: it is not what `thresholds_to_json` writes.
    """
    try:
        return [Threshold(**one) for one in json.loads(text or "[]")]
    except TypeError as error:
        raise ValueError(f"no list of thresholds: {text!r} ({error})") from error
