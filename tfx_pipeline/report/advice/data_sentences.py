"""How much video there was."""

from __future__ import annotations

from objects_that_sound.tfx_pipeline.report.advice.words import counted, hours
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts

FEW_SCENES = 10
"""Of fewer held-out scenes an interval is so wide, and itself so unsure, that it says little."""

_TRAIN, _HELD_OUT, _VALIDATION = "train", "eval", "val"


def data_sentences(videos: VideoCounts | None) -> list[str]:
    """Names clips, hours, scenes and held-out scenes; nothing where they are not known.

    Args:
        videos: counts of the examples that the model was trained on and judged by.
    """
    if videos is None:
        return []
    text = f"The model learnt from {_amount(videos, _TRAIN)}"
    if videos.clips.get(_VALIDATION):
        text += f", {_amount(videos, _VALIDATION)} told when to stop"
    text += f", and it was judged by {_amount(videos, _HELD_OUT)} that it had never met"
    if videos.seconds is not None:
        text += f"; together they are {hours(videos.seconds)} of video"
    sentences = [f"{text}."]
    if is_ungrouped(videos):
        sentences.append("Each clip counts as a scene of its own.")
    if has_few_held_out(videos):
        number = counted(videos.scenes[_HELD_OUT], "held-out scene")
        sentences.append(
            f"With {number} the figures say little: other scenes might give quite different ones."
        )
    return sentences


def is_ungrouped(videos: VideoCounts) -> bool:
    """Whether no scene has two clips."""
    return bool(videos.scenes) and videos.scenes == videos.clips


def has_few_held_out(videos: VideoCounts) -> bool:
    """Whether the scenes that the model is judged by are too few."""
    return 0 < videos.scenes.get(_HELD_OUT, 0) < FEW_SCENES


def _amount(videos: VideoCounts, split: str) -> str:
    clips = counted(videos.clips.get(split, 0), "clip")
    return (
        f"{clips} of {counted(videos.scenes[split], 'scene')}" if split in videos.scenes else clips
    )
