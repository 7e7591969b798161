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
    """Bounds of one metric; those that are None or False ask for nothing.

    The absolute bounds are numbers that somebody chose for certain videos. The relative ones hold
    for any videos, as they compare with what was measured on the same examples.

    Attributes:
        metric: name of the metric.
        at_least: bound that the lower end of the metric's interval must reach.
        at_most: bound that the upper end of the metric's interval must not exceed.
        max_loss: difference by which a new model may be worse than the latest blessed one, in the
            metric's own direction and with the interval.
        beats_baselines: whether the metric's interval must lie wholly on the better side of the
            intervals of all baselines that were measured beside it.
        beats_chance: margin by which the figure must be better than chance, in widths of its own
            interval.
        no_loss: whether a new model must not be worse than the latest blessed one. It is
            `max_loss`, with the width of the figure's own interval as the difference.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    max_loss: float | None = None
    beats_baselines: bool = False
    beats_chance: float | None = None
    no_loss: bool = False

    def __post_init__(self):
        if not self.bounds:
            raise ValueError(f"the threshold on {self.metric} has no bound")
        for name in ("max_loss", "beats_chance"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} of {self.metric} is {value}, below 0")
        if self.no_loss and self.max_loss is not None:
            raise ValueError(f"{self.metric} has both no_loss and max_loss: give one of them")

    @property
    def bounds(self) -> list[str]:
        """What is asked, for people: such as "≥ 0.8" and "loss ≤ 0.05"."""
        asked = (
            (self.at_least, at_least_words),
            (self.at_most, at_most_words),
            (self.beats_baselines or None, lambda _: BEATS_BASELINES_WORDS),
            (self.beats_chance, beats_chance_words),
            (self.max_loss, max_loss_words),
            (self.no_loss or None, lambda _: NO_LOSS_WORDS),
        )
        return [words(bound) for bound, words in asked if bound is not None]


BEATS_BASELINES_WORDS = "beats the baselines"
NO_LOSS_WORDS = "no loss"


def at_least_words(bound: float) -> str:
    """A lower bound for people."""
    return f"≥ {bound:.3g}"


def at_most_words(bound: float) -> str:
    """An upper bound for people."""
    return f"≤ {bound:.3g}"


def max_loss_words(bound: float) -> str:
    """A bound on the loss for people."""
    return f"loss ≤ {bound:.3g}"


def beats_chance_words(widths: float) -> str:
    """A margin above chance for people."""
    return f"beats chance by {widths:.3g} times its interval"


def check_threshold(
    threshold: Threshold,
    metrics: Sequence[Metric],
    *,
    with_chance: Sequence[Metric] = (),
    with_baselines: Sequence[Metric] = (),
) -> None:
    """Refuses a threshold that no model could be judged by.

    Args:
        threshold: bounds of a metric.
        metrics: all metrics of the evaluator.
        with_chance: those of them whose chance is known.
        with_baselines: those of them that baselines are measured beside.

    Raises:
        ValueError: there is no such metric (the message names those that there are), a bound is
            in a senseless direction or beyond the metric's range, or there is nothing to compare
            the metric with.
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
    _check_range(threshold, metric)
    if metric.better is Better.NEITHER:
        for asked in ("max_loss", "no_loss", "beats_chance", "beats_baselines"):
            if getattr(threshold, asked) not in (None, False):
                raise ValueError(
                    f"no value of {name} is better than another, so {asked} cannot be asked of it"
                )
    for asked, known in (("beats_chance", with_chance), ("beats_baselines", with_baselines)):
        if getattr(threshold, asked) not in (None, False) and metric not in known:
            those = ", ".join(one.name for one in known) or "none of this evaluator's metrics"
            raise ValueError(
                f"nothing is measured beside {name} that {asked} could compare it with. It can be "
                f"asked of: {those}"
            )


def _check_range(threshold: Threshold, metric: Metric) -> None:
    if metric.best is None:
        return
    name, example = metric.name, "Write a share, such as 0.8 instead of 80."
    if threshold.at_least is not None and threshold.at_least > metric.best:
        raise ValueError(
            f"no model reaches {threshold.at_least:g}, because {name} is at most {metric.best:g}. "
            + example
        )
    if threshold.at_most is not None and threshold.at_most < metric.best:
        raise ValueError(
            f"no model reaches {threshold.at_most:g}, because {name} is at least {metric.best:g}"
        )
    if threshold.max_loss is not None and threshold.max_loss > 1:
        raise ValueError(f"a loss of {name} is at most 1, so max_loss asks for nothing. " + example)


_SPELLINGS = (
    "metric>=0.8, metric<=0.1, metric:max_loss=0.05, metric:no_loss, metric:beats_chance, "
    "metric:beats_chance=2, metric:beats_baselines, or several of them as in "
    "metric>=0.8:max_loss=0.05"
)


def parse_threshold(text: str) -> Threshold:
    """Reads a threshold as the command line spells it.

    Args:
        text: `metric>=0.8`, `metric<=0.1`, `metric:max_loss=0.05`, `metric:no_loss`,
            `metric:beats_chance` (by 1), `metric:beats_chance=2`, `metric:beats_baselines`, or
            several of them, as in `metric>=0.8:max_loss=0.05`.

    Raises:
        ValueError: it is spelt otherwise.
    """
    number = r"-?\d*\.?\d+(?:e-?\d+)?"
    first, *rest = (part.strip() for part in text.split(":"))
    match = re.fullmatch(rf"([\w./-]+?)\s*(?:(>=|<=)\s*({number}))?", first)
    parts = [re.fullmatch(rf"(\w+)\s*(?:=\s*({number}))?", part) for part in rest]
    asked: dict[str, float | bool] = {}
    for part in parts:
        if match is None or part is None or part[1] in asked:
            break
        name, value = part.groups()
        if name in ("beats_baselines", "no_loss") and value is None:
            asked[name] = True
        elif name == "beats_chance":
            asked[name] = float(value or 1)
        elif name == "max_loss" and value is not None:
            asked[name] = float(value)
    if match is None or len(asked) < len(rest) or not (rest or match[2]):
        raise ValueError(f"{text!r} is no threshold: write {_SPELLINGS}")
    metric, relation, bound = match.groups()
    if relation is not None:
        asked["at_least" if relation == ">=" else "at_most"] = float(bound)
    return Threshold(metric, **asked)  # type: ignore[arg-type]


def spell_threshold(threshold: Threshold) -> str:
    """Writes a threshold as `parse_threshold` reads it."""
    numbers = (
        (">=", threshold.at_least),
        ("<=", threshold.at_most),
        (":max_loss=", threshold.max_loss),
        (":beats_chance=", threshold.beats_chance),
    )
    words = ((":beats_baselines", threshold.beats_baselines), (":no_loss", threshold.no_loss))
    return (
        threshold.metric
        + "".join(f"{relation}{bound:g}" for relation, bound in numbers if bound is not None)
        + "".join(word for word, asked in words if asked)
    )


def thresholds_to_json(thresholds: Sequence[Threshold]) -> str:
    """Writes thresholds as a component's parameter `thresholds`."""
    return json.dumps(
        [
            {
                name: value
                for name, value in dataclasses.asdict(one).items()
                if value is not None and value is not False
            }
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
