"""A check of videos in sentences."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence

from objects_that_sound.components.video_example_gen.splits import EVAL, TRAIN, VAL
from objects_that_sound.tfx_pipeline.report.advice.data_sentences import (
    FEW_SCENES,
    has_few_held_out,
)
from objects_that_sound.tfx_pipeline.report.advice.words import counted, duration, hours, size
from objects_that_sound.tfx_pipeline.video_check.preset_cost import PresetCost
from objects_that_sound.tfx_pipeline.video_check.video_check import VideoCheck

LITTLE = 400
"""Videos to learn from. What was measured with fewer is in docs/results.md."""
MODEST = 5_000
"""Videos to learn from, up to which a model can be expected to know a few kinds of sound."""

_SHOWN = 3
_USES = {TRAIN: "to learn from", VAL: "to choose the epoch by", EVAL: "to be judged by"}


def check_sentences(check: VideoCheck) -> list[tuple[str, list[str]]]:
    """Headings, each with its sentences; only those that there is something to say about."""
    parts = [
        ("Videos", list(_videos(check))),
        ("Names and scenes", list(_names(check))),
        ("Duplicates", list(_duplicates(check))),
        ("Cost on this machine's processors, right to a factor of two", _costs(check)),
        ("Is it enough?", list(_enough(check))),
    ]
    return [(title, sentences) for title, sentences in parts if sentences]


def _videos(check: VideoCheck) -> Iterator[str]:
    length = hours(check.counts.seconds or 0)
    yield (
        f"{check.usable:,} of {counted(check.listed, 'video')} can be used: {length} of picture with "
        f"sound, {counted(check.moments, 'moment')} of one second each, {size(check.bytes)}."
    )
    if check.without_sound:
        verb = "has" if check.without_sound == 1 else "have"
        yield (
            f"{counted(check.without_sound, 'video')} {verb} no sound. The model cannot learn from "
            "pictures alone."
        )
    for reason, number in check.reasons.items():
        example = next(one for one in check.rejects if one.reason == reason)
        name = os.path.basename(example.path)
        yield f"{number:,} rejected as {reason}, for example {name} ({example.detail})."
    yield (
        "Silence, and damage inside a file, are only found when it is decoded. A run may therefore "
        "reject more."
    )


def _names(check: VideoCheck) -> Iterator[str]:
    yield from (matches.text for matches in check.matches)
    if check.split_problem:
        yield f"These videos cannot be split: {check.split_problem}."
    for split, use in _USES.items():
        if split in check.counts.clips:
            scenes = counted(check.counts.scenes[split], "scene")
            clips = counted(check.counts.clips[split], "video")
            yield f"The split {split}, {use}, has {clips} of {scenes}."
    if check.suggested is not None:
        suggested = check.suggested
        yield (
            f"The names look like clips of scenes: {suggested.names:,} of them share their beginning "
            f"with another, and there are {counted(suggested.groups, 'beginning')}. If clips with the "
            f"same beginning show one scene, add --group-regex {shlex.quote(suggested.pattern)}. "
            "Otherwise clips of one scene stand in different splits, and the figures are too good."
        )


def _duplicates(check: VideoCheck) -> Iterator[str]:
    if check.copies:
        yield (
            f"{counted(sum(map(len, check.copies)), 'file')} have the same content as another, for "
            f"example {_together(check.copies)}. Keep one of each: copies in different splits make "
            "the figures too good."
        )
    if check.same_sounds is None:
        return
    if not check.same_sounds:
        yield "No two videos begin with the same sound."
        return
    yield (
        f"{counted(sum(map(len, check.same_sounds)), 'video')} begin with the same sound as another, "
        f"for example {_together(check.same_sounds)}. They may be copies in another encoding, or "
        "share an opening tune."
    )


def _together(found: Sequence[Sequence[str]]) -> str:
    return " and ".join(os.path.basename(path) for path in found[0][:_SHOWN])


def _costs(check: VideoCheck) -> list[str]:
    if not check.usable:
        return []
    sentences = [_cost(cost) for cost in check.costs]
    if any(cost.disk_bytes > check.free_bytes for cost in check.costs):
        sentences.append(f"The disk has {size(check.free_bytes)} left.")
    return sentences


def _cost(cost: PresetCost) -> str:
    bound = "at most " if cost.bounded else "about "
    return (
        f"{cost.preset}: {counted(cost.moments, 'example')}, {size(cost.disk_bytes)}, "
        f"{bound}{duration(cost.seconds)}, of which decoding takes {duration(cost.ingest_seconds)} "
        f"and training {duration(cost.training_seconds)}."
    )


def _enough(check: VideoCheck) -> Iterator[str]:
    if check.split_problem:
        yield "No: a run would refuse these videos."
        return
    videos = check.counts.clips.get(TRAIN, 0)
    if videos < LITTLE:
        yield (
            f"It is enough to try the pipeline, but {videos:,} videos are too few to learn much from: "
            "expect the gate to refuse the model. With 379 real clips, 265 of them to learn from, "
            "AVC accuracy was 0.64, where guessing reaches 0.50, and the gate refused the model."
        )
    elif videos < MODEST:
        yield (
            "It may be enough for a few kinds of sounding things: with 448 clips of 8 kinds, AVC "
            "accuracy was 0.82. The more the kinds differ, the more videos are needed."
        )
    else:
        yield "It is enough to learn from. The papers used 400,000 clips, and more video still helps."
    if has_few_held_out(check.counts):
        yield (
            f"Only {counted(check.counts.scenes[EVAL], 'scene')} would judge the model, so its figures "
            f"would say little. Add videos of other scenes until at least {FEW_SCENES} are held out."
        )
