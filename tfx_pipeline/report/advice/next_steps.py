"""What to do after a run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from objects_that_sound.models.training_history import TrainingHistory
from objects_that_sound.tfx_pipeline.report.advice.course import Course, course_of
from objects_that_sound.tfx_pipeline.report.advice.data_sentences import (
    FEW_SCENES,
    has_few_held_out,
    is_ungrouped,
)
from objects_that_sound.tfx_pipeline.report.advice.doubts import was_asked
from objects_that_sound.tfx_pipeline.report.advice.standing import (
    Standing,
    beside_chance,
    headlines,
)
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


def next_steps(summary: RunSummary) -> list[str]:
    """Says what would help, what helps most first; nothing of a run that trained no model."""
    return list(_steps(summary, summary.history)) if summary.history is not None else []


def _steps(summary: RunSummary, history: TrainingHistory) -> Iterator[str]:
    videos, asked, course = summary.videos, was_asked(summary.metrics), course_of(history)
    figures = headlines(summary.metrics)
    at_chance = figures and all(beside_chance(one) is not Standing.ABOVE for one in figures)
    if not asked:
        yield (
            "Train in earnest: the preset of this run only shows that your videos can be read. "
            "`ots presets` lists the others."
        )
    if videos is not None and is_ungrouped(videos) and not summary.group_regex:
        yield (
            "If several clips show the same scene, give `--group-regex`, which finds the scene in the "
            "file names. Otherwise such clips may be on both sides of the split, and the figures are "
            "then too good."
        )
    if course is Course.RISING:
        yield _longer(history.ended, int(history.curves["step"][-1]))
    if videos is not None and has_few_held_out(videos):
        yield (
            f"Give videos of more scenes, so that at least {FEW_SCENES} are held out: more clips of "
            "the same scenes do not make the figures surer."
        )
    if course is Course.OVERFITTING:
        yield (
            "Give more video, above all of other scenes: the model has learnt what these have to "
            "tell, and longer training does not help."
        )
    elif at_chance and asked and course is not Course.RISING:
        yield (
            "There is too little to learn from in these videos, or their sound does not come from "
            "what they show: look at some of them, leave out music and speech from off the screen, "
            "and give more. docs/tuning.md says what else helps."
        )
    elif course is Course.LEVEL:
        yield "Give more video: with these videos training longer brings nothing more."
    if summary.learning_curve is None and summary.candidate and asked:
        root = shlex.quote(summary.root)
        yield (
            "To learn what more video would bring, run "
            f"`ots advise --root {root}`: it trains on a half and on a quarter of the videos."
        )


def _longer(ended: str, steps: int) -> str:
    if ended == "minutes":
        return "Train longer: give more --minutes."
    return f"Train longer: give --set training.steps={2 * steps}."
