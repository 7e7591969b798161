"""Which bounds refused a model, and which options change them."""

from __future__ import annotations

import dataclasses
import math
import shlex
from collections.abc import Iterable

from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.components.evaluation.metric import Better
from objects_that_sound.components.evaluation.threshold import Threshold, spell_threshold
from objects_that_sound.tfx_pipeline.report.judged_metric import JudgedMetric, judged_metrics
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


@dataclasses.dataclass(frozen=True)
class Refusal:
    """What the gate refused of one metric.

    Attributes:
        evaluator: name of the evaluator.
        metric: name of the metric.
        bounds: bounds that are not kept, such as "≥ 0.8".
        option: option of `ots run` with which the model would keep what is asked of the metric; ""
            where there is none.
        why_no_option: reason for that; "" where there is an option.
    """

    evaluator: str
    metric: str
    bounds: tuple[str, ...]
    option: str
    why_no_option: str = ""


def refusals(summary: RunSummary) -> list[Refusal]:
    """Finds the metrics whose bounds are not kept, in the order of the evaluators."""
    return [
        _refusal(judged, summary.thresholds.get(evaluation.result.evaluator, ()))
        for evaluation in summary.evaluations
        for judged in judged_metrics(evaluation.result)
        if judged.passed is False
    ]


def refusal_sentences(found: list[Refusal]) -> list[str]:
    """Says which bound refused the model, which option changes it, and whether that is enough."""
    if not found:
        return []
    sentences = [_sentence(one) for one in found]
    options = [one.option for one in found if one.option]
    if len(options) < len(found):
        return [*sentences, "So no option pushes this model."]
    if len(options) == 1:
        end = (
            "Nothing else refused the model: given with the same command, this option alone is "
            "enough to push it."
        )
    else:
        end = (
            "One of these options alone is not enough to push the model. Give the same command "
            f"again with all {len(options)}: {' '.join(options)}."
        )
    return [*sentences, end, "The model gets no better by that."]


def _sentence(refusal: Refusal) -> str:
    one = len(refusal.bounds) == 1
    which = f"bound{'' if one else 's'} on {refusal.metric} that refused the model"
    text = f"The {which} {'is' if one else 'are'}: {' and '.join(refusal.bounds)}. "
    if not refusal.option:
        return f"{text}No option changes that: {refusal.why_no_option}."
    return f"{text}The option {refusal.option} asks only for what the model keeps."


def _refusal(judged: JudgedMetric, thresholds: Iterable[Threshold]) -> Refusal:
    measured = judged.measured
    failed = tuple(one.bound for one in judged.decisions if not one.passed)
    asked = next((one for one in thresholds if one.metric == measured.metric.name), None)
    option, why = "", ""
    if measured.estimate is None:
        why = f"it was not measured, as {measured.missing}"
    elif not measured.estimate.known:
        why = "nothing is sure with so few held-out scenes"
    elif asked is None:
        why = "what was asked is not known any more"
    else:
        spelt = spell_threshold(_kept(asked, measured, failed))
        option = f"--threshold={shlex.quote(f'{judged.evaluator}:{spelt}')}"
    return Refusal(judged.evaluator, measured.metric.name, failed, option, why)


def _kept(asked: Threshold, measured: MeasuredMetric, failed: Iterable[str]) -> Threshold:
    """The threshold with each bound that failed moved to where the model keeps it, or left out."""
    kept = {}
    for field in dataclasses.fields(Threshold):
        value = getattr(asked, field.name)
        if field.name == "metric" or value is None or value is False:
            continue
        [words] = Threshold(asked.metric, **{field.name: value}).bounds
        reached = _reached(measured).get(field.name)
        if words not in failed:
            kept[field.name] = value
        elif reached is not None:
            kept[field.name] = reached
    if not kept:
        lower = measured.metric.better is Better.LOWER
        name = "at_most" if lower else "at_least"
        kept[name] = _reached(measured)[name]
    return Threshold(asked.metric, **kept)


def _reached(measured: MeasuredMetric) -> dict[str, float]:
    """By name of the bound, the strictest value of three decimals that the model keeps."""
    estimate, change = measured.estimate, measured.change
    reached: dict[str, float] = {}
    if estimate is not None:
        reached |= {"at_least": _down(estimate.low), "at_most": -_down(-estimate.high)}
    if change is not None and change.known:
        surely = -change.high if measured.metric.better is Better.LOWER else change.low
        reached["max_loss"] = max(-_down(surely), 0.0)
    return reached


def _down(value: float) -> float:
    return math.floor(value * 1000) / 1000
