"""Accuracies on a sound benchmark, and gains, as statistics of rows of tested clips."""

from __future__ import annotations

from collections.abc import Mapping

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.metric import Metric
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import (
    ACCURACY,
    EMBEDDING_ACCURACY,
    EMBEDDING_GAIN_OVER_RANDOM,
    GAIN_OVER_MFCC,
    GAIN_OVER_RANDOM,
)
from objects_that_sound.components.sound_benchmark_evaluator.listener import EMBEDDING, FEATURES
from objects_that_sound.components.sound_benchmark_evaluator.row import Row
from objects_that_sound.components.sound_benchmark_evaluator.scorer import Scorer

ACCURACIES: dict[str, Metric] = {FEATURES: ACCURACY, EMBEDDING: EMBEDDING_ACCURACY}
"""By signature, what is measured of it."""
_GAINS: dict[str, Metric] = {FEATURES: GAIN_OVER_RANDOM, EMBEDDING: EMBEDDING_GAIN_OVER_RANDOM}


def sound_statistics(
    scorer: Scorer, rows: Mapping[str, Row], random: Mapping[str, Row], mfcc: Row
) -> dict[str, Statistic]:
    """Makes the statistics of a model.

    Args:
        scorer: scorer of the benchmark.
        rows: what the model's features tell, by signature.
        random: likewise of its network before training; may be empty.
        mfcc: what MFCC tell.

    Returns:
        By name of the metric, those that these rows allow.
    """
    statistics = {}
    for signature, row in rows.items():
        accuracy = scorer.accuracy(row.right)
        statistics[ACCURACIES[signature].name] = accuracy
        if signature in random:
            other = scorer.accuracy(random[signature].right)
            statistics[_GAINS[signature].name] = _difference(accuracy, other)
        if signature == FEATURES:
            statistics[GAIN_OVER_MFCC.name] = _difference(accuracy, scorer.accuracy(mfcc.right))
    return statistics


def baseline_statistics(
    scorer: Scorer, random: Mapping[str, Row], mfcc: Row
) -> dict[str, dict[str, Statistic]]:
    """Makes the statistics that stand beside the accuracies; see `sound_statistics`.

    Returns:
        By name of the metric, and by name for people.
    """
    return {
        metric.name: {
            name: scorer.accuracy(row.right)
            for name, row in (("random networks", random.get(signature)), ("MFCC", mfcc))
            if row is not None
        }
        for signature, metric in ACCURACIES.items()
    }


def missing_reasons(
    rows: Mapping[str, Row], random: Mapping[str, Row], no_random: str
) -> dict[str, str]:
    """Says why `sound_statistics` makes fewer statistics than there are metrics.

    Args:
        rows: see `sound_statistics`.
        random: see `sound_statistics`.
        no_random: reason why there are no random networks.
    """
    missing = {}
    for signature, metric in ACCURACIES.items():
        if signature not in random:
            missing[_GAINS[signature].name] = no_random
        if signature not in rows:
            reason = f"the model has no signature {signature}; export it again"
            missing |= {metric.name: reason, _GAINS[signature].name: reason}
    if FEATURES not in rows:
        missing[GAIN_OVER_MFCC.name] = missing[ACCURACY.name]
    return missing


def _difference(first: Statistic, second: Statistic) -> Statistic:
    return lambda rows: first(rows) - second(rows)
