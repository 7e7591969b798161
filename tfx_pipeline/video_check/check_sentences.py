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
        f"{check.usable:,} of {check.listed:,} can be used: {length} of picture with sound, "
        f"{counted(check.moments, 'moment')} of a second each, {size(check.bytes)}."
    )
    if check.without_sound:
        yield f"{counted(check.without_sound, 'video')} without sound can teach nothing here."
    for reason, number in check.reasons.items():
        example = next(one for one in check.rejects if one.reason == reason)
        name = os.path.basename(example.path)
        yield f"Rejected as {reason}: {number:,}, for example {name} ({example.detail})."
    yield (
        "Silence and damage inside the files show only when they are decoded, so that a run may "
        "reject more."
    )


def _names(check: VideoCheck) -> Iterator[str]:
    yield from (matches.text for matches in check.matches)
    if check.split_problem:
        yield f"These videos can't be split: {check.split_problem}."
    for split, use in _USES.items():
        if split in check.counts.clips:
            clips = counted(check.counts.clips[split], "video")
            yield f"{clips} of {counted(check.counts.scenes[split], 'scene')} are there {use}."
    if check.suggested is not None:
        suggested = check.suggested
        yield (
            f"The names look like cuts of scenes: {suggested.names:,} of them share "
            f"{counted(suggested.groups, 'beginning')} with others. If these are cuts of one scene "
            f"each, give --group-regex {shlex.quote(suggested.pattern)}; otherwise a scene stands "
            "on both sides of the split, and the figures flatter the model."
        )


def _duplicates(check: VideoCheck) -> Iterator[str]:
    if check.copies:
        yield (
            f"{counted(sum(map(len, check.copies)), 'file')} are copies of one another, for "
            f"example {_together(check.copies)}. Remove all but one of each: a copy on the other "
            "side of the split flatters the model."
        )
    if check.same_sounds is None:
        return
    if not check.same_sounds:
        yield "No two videos begin with the same sound."
        return
    yield (
        f"{counted(sum(map(len, check.same_sounds)), 'video')} begin with the same sound as another, "
        f"for example {_together(check.same_sounds)}. They may be copies in another encoding, or "
        "have the same opening music."
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
            f"It is enough to try the line, and too little to learn much: with {videos:,} videos "
            "to learn from, expect the gate to refuse the model. 379 real clips, of "
            "which most were there to learn from, reached an AVC accuracy of 0.57, where guessing "
            "reaches 0.50."
        )
    elif videos < MODEST:
        yield (
            "It may be enough for a few kinds of things that sound: 448 clips of 8 kinds reached "
            "an AVC accuracy of 0.79. The more the kinds differ, the more videos it takes."
        )
    else:
        yield "It is enough to learn from. The papers used 400,000 clips; more video still helps."
    if has_few_held_out(check.counts):
        yield (
            f"Only {counted(check.counts.scenes[EVAL], 'scene')} would judge the model, which says "
            f"little: give videos of more scenes, so that at least {FEW_SCENES} are held out."
        )
