"""What the gate asks of a metric."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Sequence

from objects_that_sound.components.evaluation.metric import Better, Metric


@dataclasses.dataclass(frozen=True)
class Threshold:
    """Bounds of one metric; those that are None ask for nothing.

    Attributes:
        metric: name of the metric.
        at_least: bound that the lower end of the metric's interval must reach.
        at_most: bound that the upper end of the metric's interval must not exceed.
        max_loss: difference by which a new model may be worse than the latest blessed one, in the
            metric's own direction and with the interval.
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
    def bounds(self) -> list[str]:
        """What is asked, for people: such as "≥ 0.8" and "loss ≤ 0.05"."""
        asked = (
            (self.at_least, at_least_words),
            (self.at_most, at_most_words),
            (self.max_loss, max_loss_words),
        )
        return [words(bound) for bound, words in asked if bound is not None]


def at_least_words(bound: float) -> str:
    """A lower bound for people."""
    return f"≥ {bound:.3g}"


def at_most_words(bound: float) -> str:
    """An upper bound for people."""
    return f"≤ {bound:.3g}"


def max_loss_words(bound: float) -> str:
    """A bound on the loss for people."""
    return f"loss ≤ {bound:.3g}"


def check_threshold(threshold: Threshold, metrics: Sequence[Metric]) -> None:
    """Refuses a threshold that no model could be judged by.

    Args:
        threshold: bounds of a metric.
        metrics: all metrics of the evaluator.

    Raises:
        ValueError: there is no such metric (the message names those that there are), or a bound is
            in a senseless direction.
    """
    by_name = {metric.name: metric for metric in metrics}
    metric = by_name.get(threshold.metric)
    if metric is None:
        near = difflib.get_close_matches(threshold.metric, by_name, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"there is no metric {threshold.metric!r}.{hint} The metrics are {', '.join(by_name)}"
        )
    name = metric.name
    if metric.better is Better.HIGHER and threshold.at_most is not None:
        raise ValueError(f"higher is better for {name}: a threshold on it is {name}>=NUMBER")
    if metric.better is Better.LOWER and threshold.at_least is not None:
        raise ValueError(f"lower is better for {name}: a threshold on it is {name}<=NUMBER")
    if metric.better is Better.NEITHER and threshold.max_loss is not None:
        raise ValueError(f"{name} has no better and no worse: max_loss says nothing of it")


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


def spell_threshold(threshold: Threshold) -> str:
    """Writes a threshold as `parse_threshold` reads it."""
    bounds = (
        (">=", threshold.at_least),
        ("<=", threshold.at_most),
        (":max_loss=", threshold.max_loss),
    )
    return threshold.metric + "".join(
        f"{relation}{bound:g}" for relation, bound in bounds if bound is not None
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
