"""Judges figures by thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better
from objects_that_sound.components.evaluation.threshold import (
    BEATS_BASELINES_WORDS,
    NO_LOSS_WORDS,
    Threshold,
    at_least_words,
    at_most_words,
    beats_chance_words,
    max_loss_words,
)

_TOO_FEW = ": add held-out videos to tell"


def decide(
    thresholds: Sequence[Threshold], measured: Sequence[MeasuredMetric], has_baseline: bool
) -> list[Decision]:
    """Judges every bound of every threshold.

    A bound counts as kept only where the whole interval keeps it, so noise passes no model. The
    change is judged as a test of non-inferiority: a model as good as the baseline passes if the
    examples suffice to tell that it is not worse by more than `max_loss`. Where nothing but
    `no_loss` is asked, the allowed loss is the width of the figure's own interval: that much the
    figure is in doubt anyway. Few examples make it wide, so `beats_chance` belongs beside it.

    Args:
        thresholds: bounds that are asked, on metrics that were checked by `check_threshold`.
        measured: all metrics of the evaluator.
        has_baseline: whether there is a latest blessed model. A metric that it has none of is not
            judged by its change.

    Returns:
        A decision for every bound, in the order of the thresholds; a bound on what could not be
        measured is not kept.
    """
    by_name = {one.metric.name: one for one in measured}
    decisions = []
    for threshold in thresholds:
        one = by_name[threshold.metric]
        name, estimate = threshold.metric, one.estimate
        if estimate is None:
            text = f"{name} was not measured: {one.missing}"
            decisions += [Decision(name, False, text, bound) for bound in threshold.bounds]
            continue
        if threshold.at_least is not None:
            decisions.append(_at_least(name, estimate, threshold.at_least))
        if threshold.at_most is not None:
            decisions.append(_at_most(name, estimate, threshold.at_most))
        if threshold.beats_baselines:
            decisions.append(_beats_baselines(one, estimate))
        if threshold.beats_chance is not None:
            decisions.append(_beats_chance(one, estimate, threshold.beats_chance))
        if threshold.max_loss is not None:
            words = max_loss_words(threshold.max_loss)
            decisions.append(_max_loss(one, threshold.max_loss, words, has_baseline))
        if threshold.no_loss:
            width = estimate.high - estimate.low if estimate.known else 0.0
            decisions.append(_max_loss(one, width, NO_LOSS_WORDS, has_baseline))
    return decisions


def _beats_baselines(one: MeasuredMetric, estimate: Estimate) -> Decision:
    """Compares with the baseline that is hardest to beat."""
    name, sign = one.metric.name, _sign(one)
    if not one.baselines:
        text = f"{name} is compared with no baseline: none could be measured"
        return Decision(name, False, text, BEATS_BASELINES_WORDS)

    def best_end(baseline: Estimate) -> float:
        return max(sign * baseline.low, sign * baseline.high)

    title, best = max(one.baselines.items(), key=lambda item: best_end(item[1]))
    surely = estimate.low if sign > 0 else -estimate.high
    passed = surely > best_end(best)
    beats = "above" if sign > 0 else "below"
    ahead = sign * (estimate.value - best.value) > 0
    relation = beats if passed else f"not surely {beats}" if ahead else f"not {beats}"
    text = (
        f"{_figure(name, estimate)} is {relation} the best baseline, {title}: {best.value:.3f} "
        f"({_interval(best, '.3f')})"
    )
    if ahead and not passed:
        text += "; their intervals overlap"
    return Decision(name, passed, text, BEATS_BASELINES_WORDS)


def _beats_chance(one: MeasuredMetric, estimate: Estimate, widths: float) -> Decision:
    name, bound = one.metric.name, beats_chance_words(widths)
    if one.chance is None:
        return Decision(name, False, f"{name} is not compared: its chance is not known", bound)
    margin = _sign(one) * (estimate.value - one.chance)
    if not estimate.known:
        text = f"{_figure(name, estimate)} cannot be compared with chance, {one.chance:.3f}"
        return Decision(name, False, text, bound)
    asked = widths * (estimate.high - estimate.low)
    passed = margin > 0 and margin >= asked
    text = (
        f"{_figure(name, estimate)} is {margin:.3f} better than chance, {one.chance:.3f}. The bound "
        f"asks for {asked:.3f}, {'' if widths == 1 else f'{widths:g} times '}the width of the interval"
    )
    if margin <= 0:
        text = f"{_figure(name, estimate)} is not better than chance, {one.chance:.3f}"
    return Decision(name, passed, text, bound)


def _sign(one: MeasuredMetric) -> float:
    return -1.0 if one.metric.better is Better.LOWER else 1.0


def _at_least(name: str, estimate: Estimate, bound: float) -> Decision:
    passed = estimate.low >= bound
    relation = "is at least" if passed else "may be below"
    if estimate.value < bound:
        relation = "is below"
    text = f"{_figure(name, estimate)} {relation} {bound:.3f}"
    text += _unsure(not passed and estimate.value >= bound)
    return Decision(name, passed, text, at_least_words(bound))


def _at_most(name: str, estimate: Estimate, bound: float) -> Decision:
    passed = estimate.high <= bound
    relation = "is at most" if passed else "may be above"
    if estimate.value > bound:
        relation = "is above"
    text = f"{_figure(name, estimate)} {relation} {bound:.3f}"
    text += _unsure(not passed and estimate.value <= bound)
    return Decision(name, passed, text, at_most_words(bound))


def _max_loss(one: MeasuredMetric, max_loss: float, bound: str, has_baseline: bool) -> Decision:
    name, change = one.metric.name, one.change
    if change is None:
        reason = "the baseline model has no such figure" if has_baseline else "no baseline model"
        return Decision(name, True, f"{name} is not compared: {reason}", bound)
    sign = _sign(one)
    gain = sign * change.value
    surely = change.low if sign > 0 else -change.high
    passed = surely >= -max_loss
    verdict = "within" if passed else "perhaps beyond" if gain >= -max_loss else "beyond"
    text = (
        f"{name} changed by {change.value:+.3f} ({_interval(change, '+.3f')}) against the baseline "
        f"model, {verdict} a loss of {max_loss:.3f}"
    )
    # An interval wider than the margin refuses even a model that is equal.
    too_few = not passed and (gain >= -max_loss or gain - surely > max_loss)
    return Decision(name, passed, text + _unsure(too_few), bound)


def _unsure(too_few: bool) -> str:
    return _TOO_FEW if too_few else ""


def _figure(name: str, estimate: Estimate) -> str:
    return f"{name} {estimate.value:.3f} ({_interval(estimate, '.3f')})"


def _interval(estimate: Estimate, form: str) -> str:
    if not estimate.known:
        return "no interval: too few groups of videos"
    return f"{estimate.low:{form}} to {estimate.high:{form}}"
