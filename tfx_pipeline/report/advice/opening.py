"""The sentence that a report begins with."""

from __future__ import annotations

from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.tfx_pipeline.report.advice.doubts import was_asked
from objects_that_sound.tfx_pipeline.report.advice.refusal import refusals
from objects_that_sound.tfx_pipeline.report.advice.standing import (
    Standing,
    beside_chance,
    headlines,
)
from objects_that_sound.tfx_pipeline.report.advice.words import counted
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary

_ABILITIES = {
    "avc_accuracy": "tells whether a sound and a picture belong together",
    "pointing_accuracy": "points at the thing that sounds",
    "ndcg_image_audio": "finds the sounds that fit a picture",
}


def opening_sentence(summary: RunSummary) -> str:
    """Says what was learnt, how sure that is, and whether the model was pushed and why."""
    return f"{_learnt(summary)}{_decided(summary)}"


def _learnt(summary: RunSummary) -> str:
    figures = {one.metric.name: one for one in headlines(summary.metrics)}
    first = next((figures[name] for name in _ABILITIES if name in figures), None)
    if first is None:
        return (
            "The model was not measured, and it"
            if summary.candidate
            else "No model was trained: it"
        )
    clips = summary.videos.clips.get("train", 0) if summary.videos else 0
    of = f" that learnt from {counted(clips, 'clip')}" if clips else ""
    return f"The model{of} {_ABILITIES[first.metric.name]} {_how_well(first)}, and it"


def _how_well(measured: MeasuredMetric) -> str:
    """A figure beside guessing, for a reader who knows neither."""
    estimate, chance = measured.estimate, measured.chance
    assert estimate is not None and chance is not None  # a headline is measured, and has chance
    share = f"with a score of {estimate.value:.2f}, where 1 is perfect"
    guessing = f"{chance:.2f}"
    if measured.metric.name != "ndcg_image_audio":
        share, guessing = f"in {estimate.value:.0%} of held-out cases", f"{chance:.0%}"
    match beside_chance(measured):
        case Standing.ABOVE:
            return f"{share}, which is surely better than guessing ({guessing})"
        case Standing.BELOW:
            return f"{share}, which is worse than guessing ({guessing})"
        case _:
            return f"{share}, which may be no better than guessing ({guessing})"


def _decided(summary: RunSummary) -> str:
    decision = summary.decision
    if decision.pushed_version:
        if not was_asked(summary.metrics):
            return (
                f" was pushed as version {decision.pushed_version} because nothing was asked of it."
            )
        return (
            f" was pushed as version {decision.pushed_version} because it met every bound of the "
            "gate."
        )
    if decision.blessed is None:
        return " was not pushed because the run did not reach a decision."
    if decision.blessed:
        return " was not pushed because it failed the test of serving it."
    failed = len(refusals(summary))
    return (
        f" was not pushed because {counted(failed, 'figure')} did not meet the bounds of the gate."
    )
