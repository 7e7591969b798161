"""Reads thresholds of the gate from the command line."""

from __future__ import annotations

from objects_that_sound.components.evaluation.threshold import Threshold, parse_threshold
from objects_that_sound.components.evaluators import EVALUATORS


def parse_evaluator_threshold(text: str) -> tuple[str, Threshold]:
    """Reads an evaluator's name and a threshold on one of its metrics.

    Args:
        text: threshold, for example `localisation:pointing_accuracy>=0.7`; see `parse_threshold`.

    Raises:
        ValueError: there is no such evaluator or metric, the threshold is spelt otherwise, or a
            bound is in a senseless direction.
    """
    name, _, rest = text.partition(":")
    if name not in EVALUATORS:
        *names, last = EVALUATORS
        raise ValueError(
            f"{text!r} names no evaluator: write {', '.join(names)} or {last}, a colon, and a "
            f"threshold, as in localisation:pointing_accuracy>=0.7"
        )
    threshold = parse_threshold(rest)
    EVALUATORS[name].check([threshold])
    return name, threshold
