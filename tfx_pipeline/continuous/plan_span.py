"""Decides what a continuous run has to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from objects_that_sound.components.video_example_gen.check_groups import group_of
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.splits import (
    EVAL,
    LEAST_GROUPS,
    TRAIN,
    assign_splits,
    split_shares,
)
from objects_that_sound.components.video_example_gen.video import relative_id
from objects_that_sound.components.video_example_gen.video_list import ListedVideo, common_folder
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists, new_videos
from objects_that_sound.tfx_pipeline.continuous.span_state import SpanState


@dataclasses.dataclass(frozen=True)
class SpanPlan:
    """What to do.

    Attributes:
        text: one sentence for people.
        span: number of the span to run on; 0: nothing is to be done.
        videos: of the span.
        accepted: it was, in an earlier run, and is not to be judged again.
    """

    text: str
    span: int = 0
    videos: tuple[ListedVideo, ...] = ()
    accepted: bool = False


def plan_span(
    lists: SpanLists,
    states: Mapping[int, SpanState],
    listed: Sequence[ListedVideo],
    config: IngestConfig,
    *,
    min_new_videos: int = 1,
    accept_drift: bool = False,
) -> SpanPlan:
    """Compares the videos that are there with those of earlier spans.

    New ones become the next span. A span whose run did not end is taken up again, and so is a
    refused one if its drift is now accepted.

    Args:
        lists: of the earlier spans.
        states: how far these have come.
        listed: the videos that are there.
        config: how groups of videos are told.
        min_new_videos: fewer wait for more.
        accept_drift: whether drift is accepted.

    Returns:
        The plan; its videos have ids and splits that agree with those of earlier spans.

    Raises:
        ValueError: a list is broken, or `config` tells groups otherwise than before.
    """
    numbers = lists.numbers()
    last = numbers[-1] if numbers else 0
    state = states.get(last, SpanState.OPEN) if last else SpanState.FINISHED
    closed = {number: lists.read(number) for number in numbers if number in states}
    new = new_videos(listed, (video for videos in closed.values() for video in videos))
    taken_up = _taken_up(state, bool(new), accept_drift)
    if taken_up:
        text = f"span {last} {taken_up}"
        if new:
            text += f"; {len(new)} new videos are left for the next run"
        return SpanPlan(text, last, tuple(lists.read(last)), state is SpanState.ACCEPTED)
    if not new:
        text = f"no new videos: all {len(listed)} are in earlier spans"
        if state is SpanState.REFUSED:
            text += f"; the last one, span {last}, is refused: --accept-drift takes it"
        return SpanPlan(text)
    span = last if state is SpanState.OPEN else last + 1
    if len(new) < min_new_videos:
        return SpanPlan(f"{len(new)} new videos wait until there are {min_new_videos}")
    base = common_folder([video.path for video in closed.get(1, new)])
    named = [video._replace(file_id=relative_id(video.path, base)) for video in new]
    splits = _known_splits(closed, config)
    # The first model needs pairs before there are other spans.
    least = LEAST_GROUPS if not closed else 1
    groups = {group_of(video, config) for video in named}
    _deal(groups, splits, config.val_fraction)
    there = [splits[group] for group in groups]
    missing = ", ".join(name for name in (TRAIN, EVAL) if there.count(name) < least)
    if missing:
        return SpanPlan(f"{len(new)} new videos wait for more: none is left for {missing}")
    videos = tuple(video._replace(split=splits[group_of(video, config)]) for video in named)
    return SpanPlan(f"span {span}: {len(videos)} new videos", span, videos)


def _taken_up(state: SpanState, new: bool, accept_drift: bool) -> str:
    """Why the last span is run on again; "" if it is not."""
    if state is SpanState.REFUSED and accept_drift and not new:
        return "was refused; its drift is accepted now"
    if state is SpanState.UNJUDGED or (state is SpanState.ACCEPTED and not new):
        return "was not finished: it is taken up where it was"
    return ""


def _known_splits(
    spans: Mapping[int, Iterable[ListedVideo]], config: IngestConfig
) -> dict[str, str]:
    known: dict[str, str] = {}
    for span, videos in spans.items():
        for video in videos:
            group = group_of(video, config)
            if known.setdefault(group, video.split) != video.split:
                raise ValueError(
                    f"videos of the group {group!r} are in the splits {known[group]} and "
                    f"{video.split} (span {span}): give the same --group-regex as for all spans "
                    "before"
                )
    return known


def _deal(groups: set[str], splits: dict[str, str], val_fraction: float) -> None:
    """Gives groups that have none a split."""
    fresh = groups - set(splits)
    names = (TRAIN, EVAL)
    if len(fresh) >= len(names):
        splits |= assign_splits(fresh, split_shares(val_fraction), method="rank", seed=0)
    for group in fresh - set(splits):
        there = {splits[other] for other in groups if other in splits}
        splits[group] = next((name for name in names if name not in there), TRAIN)
