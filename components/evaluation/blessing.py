"""Judges figures by thresholds and leaves the verdict in the Evaluation."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence

from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.io import fileio

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.evaluation.write_metrics import write_json

DECISIONS_FILE = "decisions.json"
"""Beside `metrics.json`: `blessed`, and the `decisions` with `metric`, `passed` and `text`."""

_TOO_FEW = ": too few examples to tell"


@dataclasses.dataclass(frozen=True)
class Decision:
    """What came of one bound.

    Attributes:
        metric: its name.
        passed: whether the bound is kept.
        text: one sentence with the figure, its interval and the bound.
    """

    metric: str
    passed: bool
    text: str


def decide(
    thresholds: Sequence[Threshold],
    estimates: Mapping[str, Estimate],
    changes: Mapping[str, Estimate] | None,
    missing: Mapping[str, str] | None = None,
) -> list[Decision]:
    """Judges every bound of every threshold.

    A bound counts as kept only where the whole interval keeps it, so noise passes no model. The
    change is judged as a test of non-inferiority: a model as good as the baseline passes if the
    examples suffice to tell that it is not worse by more than `max_loss`.

    Args:
        thresholds: what is asked.
        estimates: what was measured, by metric.
        changes: against the latest blessed model, by metric; None if there is no such model. A
            metric that it has none of is not judged by its change.
        missing: by metric, why it could not be measured.

    Returns:
        In the order of the thresholds; a threshold on what was not measured is not met.
    """
    decisions = []
    for threshold in thresholds:
        name = threshold.metric
        if name not in estimates:
            reason = (missing or {}).get(
                name
            ) or f"only {', '.join(sorted(estimates)) or 'nothing'}"
            decisions.append(Decision(name, False, f"{name} was not measured: {reason}"))
            continue
        estimate = estimates[name]
        if threshold.at_least is not None:
            decisions.append(_at_least(name, estimate, threshold.at_least))
        if threshold.at_most is not None:
            decisions.append(_at_most(name, estimate, threshold.at_most))
        if threshold.max_loss is not None:
            change = None if changes is None else changes.get(name)
            decisions.append(_max_loss(threshold, threshold.max_loss, change, changes is not None))
    return decisions


def write_blessing(evaluation: types.Artifact, decisions: Sequence[Decision]) -> bool:
    """Writes the verdict: `decisions.json`, a file BLESSED or NOT_BLESSED, and the property.

    Args:
        evaluation: artifact of type Evaluation.
        decisions: none: nothing was asked, so the model is blessed.

    Returns:
        Whether the model is blessed.
    """
    blessed = all(decision.passed for decision in decisions)
    content = {
        "blessed": blessed,
        "decisions": [dataclasses.asdict(decision) for decision in decisions],
    }
    write_json(os.path.join(evaluation.uri, DECISIONS_FILE), content)
    mark_blessed(evaluation, blessed)
    return blessed


def mark_blessed(artifact: types.Artifact, blessed: bool) -> None:
    """Writes the empty file and sets the custom property by which TFX knows a verdict."""
    names = {True: constants.BLESSED_FILE_NAME, False: constants.NOT_BLESSED_FILE_NAME}
    stale = os.path.join(artifact.uri, names[not blessed])
    if fileio.exists(stale):
        fileio.remove(stale)
    fileio.makedirs(artifact.uri)
    with fileio.open(os.path.join(artifact.uri, names[blessed]), "w") as file:
        file.write("")
    artifact.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, int(blessed))


def _at_least(name: str, estimate: Estimate, bound: float) -> Decision:
    passed = estimate.low >= bound
    relation = "is at least" if passed else "is not surely at least"
    if estimate.value < bound:
        relation = "is below"
    text = f"{_figure(name, estimate)} {relation} {bound:.3f}"
    return Decision(name, passed, text + _unsure(not passed and estimate.value >= bound))


def _at_most(name: str, estimate: Estimate, bound: float) -> Decision:
    passed = estimate.high <= bound
    relation = "is at most" if passed else "is not surely at most"
    if estimate.value > bound:
        relation = "is above"
    text = f"{_figure(name, estimate)} {relation} {bound:.3f}"
    return Decision(name, passed, text + _unsure(not passed and estimate.value <= bound))


def _max_loss(
    threshold: Threshold, max_loss: float, change: Estimate | None, has_baseline: bool
) -> Decision:
    name = threshold.metric
    if change is None:
        reason = "the baseline model has no such figure" if has_baseline else "no baseline model"
        return Decision(name, True, f"{name} is not compared: {reason}")
    sign = -1.0 if threshold.lower_is_better else 1.0
    gain = sign * change.value
    surely = change.low if sign > 0 else -change.high
    passed = surely >= -max_loss
    verdict = "within" if passed else "not surely within" if gain >= -max_loss else "beyond"
    text = (
        f"{name} changed by {change.value:+.3f} ({_interval(change, '+.3f')}) against the baseline "
        f"model, {verdict} a loss of {max_loss:.3f}"
    )
    # An interval wider than the margin refuses even a model that is equal.
    too_few = not passed and (gain >= -max_loss or gain - surely > max_loss)
    return Decision(name, passed, text + _unsure(too_few))


def _unsure(too_few: bool) -> str:
    return _TOO_FEW if too_few else ""


def _figure(name: str, estimate: Estimate) -> str:
    return f"{name} {estimate.value:.3f} ({_interval(estimate, '.3f')})"


def _interval(estimate: Estimate, form: str) -> str:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return "no interval: too few groups of videos"
    return f"{estimate.low:{form}} to {estimate.high:{form}}"
