"""Whether training longer would have helped."""

from __future__ import annotations

from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.report.advice.course import (
    MIN_VALIDATIONS,
    Course,
    course_of,
)

_ENDED = {
    "plateau": "Training ended by itself, as validation no longer improved",
    "minutes": "Training ended when its time was over",
}


def training_sentences(history: TrainingHistory | None) -> list[str]:
    """Says how training ended and what its curves show; nothing where it left no curves."""
    if history is None or not history.curves.get("step"):
        return []
    steps = history.curves["step"]
    end = _ENDED.get(history.ended, "Training ended when all steps asked for were taken")
    sentences = [f"{end}, after {int(steps[-1]):,} steps."]
    match course_of(history):
        case Course.RISING:
            sentences.append("The model was still getting better at videos that it did not learn.")
        case Course.OVERFITTING:
            sentences.append(
                "It had begun to learn its videos by heart: its loss or accuracy got better on these, "
                "and worse on others."
            )
        case Course.LEVEL:
            sentences.append("It no longer got better at videos that it did not learn.")
        case Course.UNKNOWN:
            sentences.append(
                f"Whether it was still getting better is not known: that takes {MIN_VALIDATIONS} "
                f"validations, and there were {len(steps)}."
            )
    sentences += _gap(history)
    if history.chosen:
        chosen = int(steps[history.exported])
        sentences.append(f"The model is that of step {chosen:,}, where validation was best.")
    return sentences


def _gap(history: TrainingHistory) -> list[str]:
    seen, unseen = (history.curves.get(name) for name in ("avc_accuracy", "val_avc_accuracy"))
    if not seen or not unseen:
        return []
    at = history.exported
    return [
        f"While it was trained, AVC accuracy was {seen[at]:.3f} on the videos that it learnt, and "
        f"{unseen[at]:.3f} on others."
    ]
