"""What a figure means beside chance and beside simple methods."""

from __future__ import annotations

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.tfx_pipeline.report.advice.standing import (
    Standing,
    beside_chance,
    standing,
)
from objects_that_sound.tfx_pipeline.report.advice.words import with_interval

_MEANINGS = {
    "avc_accuracy": "how often the model is right when it says whether an image and a sound belong "
    "together",
    "ndcg_image_audio": "how well the model finds the sounds that fit an image, 1 being perfect",
    "pointing_accuracy": "how often the model points at the thing that sounds",
}


def figure_sentences(measured: MeasuredMetric) -> list[str]:
    """Says what a figure is, how far above chance, and how far above the best baseline.

    Args:
        measured: metric of which more is better, with an estimate and with chance.
    """
    estimate, chance = measured.estimate, measured.chance
    if estimate is None or chance is None:
        return []
    meaning = _MEANINGS.get(measured.metric.name)
    name = f"{measured.metric.title}, {meaning}," if meaning else measured.metric.title
    interval = (
        f"with a 90 % interval of {estimate.low:.3f} to {estimate.high:.3f}"
        if estimate.known
        else "and nobody can say how surely, as there are too few held-out scenes"
    )
    most = (
        f", and no model could reach more than {measured.ceiling:.3f}" if measured.ceiling else ""
    )
    return [
        f"{name} is {estimate.value:.3f}, {interval}; guessing reaches {chance:.3f}{most}.",
        _beside_chance(measured, estimate, chance),
        *_beside_baselines(measured, estimate),
    ]


def _beside_chance(measured: MeasuredMetric, estimate: Estimate, chance: float) -> str:
    match beside_chance(measured):
        case Standing.ABOVE:
            gain = Estimate(
                *(one - chance for one in (estimate.value, estimate.low, estimate.high))
            )
            return f"That is surely above chance, by {with_interval(gain)}."
        case Standing.BELOW:
            return "That is worse than guessing."
        case _:
            return "That is not surely better than guessing."


def _beside_baselines(measured: MeasuredMetric, estimate: Estimate) -> list[str]:
    if not measured.baselines:
        return []
    name, best = max(measured.baselines.items(), key=lambda one: one[1].value)
    gain = estimate.value - best.value
    verdict = {
        Standing.ABOVE: f"The model is surely better, by {gain:.3f}",
        Standing.UNSURE: f"The model is {'higher' if gain >= 0 else 'lower'} by {abs(gain):.3f}, but "
        "the intervals overlap, so it may be no better",
        Standing.BELOW: f"The model is surely worse, by {-gain:.3f}",
    }[standing(estimate, best)]
    which = "The best simple method" if len(measured.baselines) > 1 else "The simple method"
    return [f"{which} that it is compared with ({name}) reaches {with_interval(best)}. {verdict}."]
