"""Reads thresholds of the gate from the command line."""

from __future__ import annotations

from objects_that_sound.components.evaluation.threshold import Threshold, parse_threshold

EVALUATORS = ("avc", "retrieval", "localisation", "sound_benchmark")


def parse_evaluator_threshold(text: str) -> tuple[str, Threshold]:
    """Reads an evaluator's name and a threshold on one of its metrics.

    Args:
        text: for example `localisation:pointing_accuracy>=0.7`; see `parse_threshold`.

    Raises:
        ValueError: there is no such evaluator, or the threshold is spelt otherwise.
    """
    name, _, threshold = text.partition(":")
    if name not in EVALUATORS:
        raise ValueError(
            f"{text!r} names no evaluator: write {', '.join(EVALUATORS[:-1])} or {EVALUATORS[-1]}, "
            f"a colon, and a threshold, as in localisation:pointing_accuracy>=0.7"
        )
    return name, parse_threshold(threshold)
