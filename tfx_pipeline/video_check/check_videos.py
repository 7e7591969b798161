"""Checks videos before a run, by their headers."""

from __future__ import annotations

import math
import os
import posixpath
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from objects_that_sound.components.media import media_error
from objects_that_sound.components.video_check.find_duplicates import (
    find_copies,
    find_same_sounds,
)
from objects_that_sound.components.video_check.probe_videos import probe_videos
from objects_that_sound.components.video_check.probed_video import ProbedVideo
from objects_that_sound.components.video_check.suggest_groups import suggest_groups
from objects_that_sound.components.video_example_gen.check_groups import check_groups, group_of
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.name_matches import name_matches
from objects_that_sound.components.video_example_gen.sampling import TICK, segment_range
from objects_that_sound.components.video_example_gen.splits import (
    EVAL,
    LEAST_GROUPS,
    TRAIN,
    named_or_dealt,
    split_shares,
)
from objects_that_sound.components.video_example_gen.video_list import (
    ListedVideo,
    common_folder,
    list_videos,
)
from objects_that_sound.tfx_pipeline.presets.registry import PRESETS
from objects_that_sound.tfx_pipeline.remote_root.work_folder import work_folder
from objects_that_sound.tfx_pipeline.report.advice.words import counted
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts
from objects_that_sound.tfx_pipeline.run_options import RunOptions
from objects_that_sound.tfx_pipeline.video_check.preset_cost import machine_flops, preset_cost
from objects_that_sound.tfx_pipeline.video_check.video_check import VideoCheck


def check_videos(
    options: RunOptions,
    *,
    root: str = ".",
    presets: Sequence[str] = (),
    listen: bool = False,
    listed: Callable[[Sequence[ListedVideo]], object] = lambda videos: None,
    done: Callable[[], object] = lambda: None,
) -> VideoCheck:
    """Finds out what a run would make of videos; decodes nothing but, on request, some sound.

    Args:
        options: options of the run.
        root: folder that the run will keep things in; it need not be there.
        presets: names of those whose cost is estimated besides the run's own.
        listen: whether to look for videos that begin with the same sound, by fingerprints.
        listed: is told of all videos or segments, once they are found.
        done: is called after each file.

    Raises:
        OSError: there are no such videos, or no such benchmark or tree of classes.
        ValueError: a pattern matches no name, or the list of segments, a benchmark or a tree is
            broken.
    """
    config = options.ingest_config()
    options.check_files()
    videos = list_videos(options.videos, options.segments, options.eval_videos)
    matches = name_matches(videos, config)
    listed(videos)
    paths = list(dict.fromkeys(video.path for video in videos))
    probed = {one.path: one for one in probe_videos(paths, done)}
    ranges = {video: _range(video, probed[video.path], config.frames) for video in videos}
    usable = [video for video, (first, last) in ranges.items() if last >= first]
    lost = [video for video, (first, last) in ranges.items() if last < first]
    rejects = [_reject(video, probed[video.path]) for video in lost]
    ticks = [_ticks(*ranges[video]) for video in usable]
    seconds = sum(float(last - first) + 1 for first, last in map(ranges.get, usable))  # type: ignore[misc]
    base = common_folder([video.path for video in videos])
    groups = {video: group_of(video, config, base) for video in videos}
    splits, problem = _splits(groups, config)
    counts = _counts([groups[video] for video in usable], splits, seconds)
    problem = problem or _shortage(counts)
    good = [one for one in probed.values() if not one.reason]
    flops = machine_flops()
    names = dict.fromkeys((*presets, options.preset))
    costs = [
        preset_cost(
            options.chosen_preset() if name == options.preset else PRESETS[name](), ticks, flops
        )
        for name in names
    ]
    grouped = config.group_regex or options.segments
    return VideoCheck(
        listed=len(videos),
        bytes=sum(int(video.size or 0) for video in {one.path: one for one in videos}.values()),
        moments=sum(math.floor(last - first) + 1 for first, last in map(ranges.get, usable)),  # type: ignore[misc]
        rejects=tuple(rejects),
        without_sound=sum(one.reason == media_error.NO_AUDIO_STREAM for one in rejects),
        matches=tuple(matches),
        counts=counts,
        split_problem=problem,
        suggested=None if grouped else suggest_groups(map(posixpath.basename, probed)),
        copies=tuple(map(tuple, find_copies(good))),
        same_sounds=(
            tuple(map(tuple, find_same_sounds([one.path for one in good]))) if listen else None
        ),
        costs=tuple(costs),
        free_bytes=_free_bytes(root),
    )


def _range(video: ListedVideo, probed: ProbedVideo, frames: int) -> tuple[Fraction, Fraction]:
    """First and last second at which an example may be centred; the last is less where there is none."""
    if probed.usable is None:
        return Fraction(0), Fraction(-1)
    first, last = (Fraction(one).limit_denominator(1_000_000) for one in probed.usable)
    if frames > 1:
        first, last = first + frames // 2 * TICK, last - frames // 2 * TICK
    return segment_range(first, last, video.start, video.end, frames=frames)


def _ticks(first: Fraction, last: Fraction) -> int:
    return math.floor(last / TICK) - math.ceil(first / TICK) + 1


def _reject(video: ListedVideo, probed: ProbedVideo) -> ProbedVideo:
    if probed.reason:
        return probed
    detail = "the segment has no whole second of picture and sound in common with the file"
    return probed._replace(reason=media_error.TOO_SHORT, detail=detail)


def _splits(groups: Mapping[ListedVideo, str], config: IngestConfig) -> tuple[dict[str, str], str]:
    """The split of each group, and why there is none."""
    shares = split_shares(config.val_fraction)
    named = [(group, video.split) for video, group in groups.items()]
    try:
        check_groups(list(groups), config)
        return (
            named_or_dealt(named, shares, method=config.split_method, seed=config.seed),
            "",
        )
    except ValueError as error:
        return {}, str(error)


def _shortage(counts: VideoCounts) -> str:
    """What the rejects leave too little of; "" for nothing."""
    for split in (TRAIN, EVAL):
        scenes = counts.scenes.get(split, 0)
        if scenes < LEAST_GROUPS:
            return (
                f"the rejects leave {counted(scenes, 'scene')} in the split {split}, and a "
                f"mismatched pair takes {LEAST_GROUPS}: give more videos"
            )
    return ""


def _counts(groups: Iterable[str], splits: dict[str, str], seconds: float) -> VideoCounts:
    clips: dict[str, int] = {}
    scenes: dict[str, set[str]] = {}
    for group in groups:
        if group in splits:
            clips[splits[group]] = clips.get(splits[group], 0) + 1
            scenes.setdefault(splits[group], set()).add(group)
    numbers = {split: len(names) for split, names in scenes.items()}
    return VideoCounts(clips, numbers, round(seconds))


def _free_bytes(root: str) -> int:
    folder = work_folder(root)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return shutil.disk_usage(folder).free
