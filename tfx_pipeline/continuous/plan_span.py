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
from objects_that_sound.tfx_pipeline.report.advice.words import counted


@dataclasses.dataclass(frozen=True)
class SpanPlan:
    """What a continuous run has to do.

    Attributes:
        text: sentence for people; it begins with a small letter and has no full stop.
        span: number of the span to run on; 0 if there is nothing to do.
        videos: videos of the span.
        accepted: whether an earlier run has accepted the span, so that it is not judged again.
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

    New videos become the next span. A span whose run was interrupted is resumed. A refused span is
    judged again if its drift is now accepted.

    Args:
        lists: lists of the videos of earlier spans.
        states: states of the earlier spans, by number.
        listed: videos that are there now.
        config: pattern that tells the group of a video, and the shares of the splits.
        min_new_videos: smallest number of new videos that make a span.
        accept_drift: whether drift is accepted.

    Returns:
        The plan; its videos have ids and splits that agree with those of earlier spans.

    Raises:
        ValueError: a list is broken, or `config` makes other groups than before.
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
            text += f", with {counted(len(new), 'new video')} left for the next run"
        return SpanPlan(text, last, tuple(lists.read(last)), state is SpanState.ACCEPTED)
    if not new:
        text = f"there are no new videos: all {len(listed)} belong to earlier spans"
        if state is SpanState.REFUSED:
            text += f". Span {last} was refused. The option --accept-drift accepts it"
        return SpanPlan(text)
    span = last if state is SpanState.OPEN else last + 1
    if len(new) < min_new_videos:
        return SpanPlan(
            f"a span needs {min_new_videos} new videos, and the next one has {len(new)} so far"
        )
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
        return SpanPlan(
            f"the next span has {counted(len(new), 'new video')} so far, which leaves none for the "
            f"split {missing}"
        )
    videos = tuple(video._replace(split=splits[group_of(video, config)]) for video in named)
    return SpanPlan(f"span {span} has {counted(len(videos), 'new video')}", span, videos)


def _taken_up(state: SpanState, new: bool, accept_drift: bool) -> str:
    """Reason to run on the last span again; "" if there is none."""
    if state is SpanState.REFUSED and accept_drift and not new:
        return "was refused, and its drift is accepted now"
    if state is SpanState.UNJUDGED or (state is SpanState.ACCEPTED and not new):
        return "was interrupted and is resumed"
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
                    f"videos of the group {group!r} are in the split {known[group]} and, in span {span}, "
                    f"in the split {video.split}: give the same --group-regex as for the spans before"
                )
    return known


def _deal(groups: set[str], splits: dict[str, str], val_fraction: float) -> None:
    """Gives a split to each group that has none."""
    fresh = groups - set(splits)
    names = (TRAIN, EVAL)
    if len(fresh) >= len(names):
        splits |= assign_splits(fresh, split_shares(val_fraction), method="rank", seed=0)
    for group in fresh - set(splits):
        there = {splits[other] for other in groups if other in splits}
        splits[group] = next((name for name in names if name not in there), TRAIN)
