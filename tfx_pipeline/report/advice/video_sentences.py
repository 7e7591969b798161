"""What more video would bring."""

from __future__ import annotations

from objects_that_sound.tfx_pipeline.learning_curve.learning_curve import LearningCurve
from objects_that_sound.tfx_pipeline.report.advice.words import with_interval


def video_sentences(curve: LearningCurve | None) -> list[str]:
    """Says how the figure grew with the videos, and where that leads; nothing if nobody measured."""
    if curve is None:
        return []
    *fewer, everything = curve.clips
    clips = f"{', '.join(f'{number:,}' for number in fewer)} and {everything:,}"
    *lower, highest = (f"{one.value:.3f}" for one in curve.figures)
    measured = (
        f"Learnt from {clips} of its clips by the same recipe, {curve.title} is "
        f"{', '.join(lower)} and {highest}: each doubling brought "
        f"{with_interval(curve.gain, '+.3f')}."
    )
    if curve.gain.low > 0:
        verdict = "More video surely helps."
    elif curve.gain.high < 0:
        verdict = "More video of this kind did not help."
    else:
        verdict = "These held-out scenes are too few to tell whether more video helps."
    twice, four_times = map(with_interval, curve.forecast)
    forecast = (
        f"If that goes on, {2 * everything:,} clips give {twice} and {4 * everything:,} clips give "
        f"{four_times}."
    )
    limits = "These intervals are of the choice of held-out scenes; another seed adds to them."
    return [measured, verdict, forecast, limits]
