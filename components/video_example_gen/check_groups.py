"""Whether there are enough videos for a run, asked before any is opened."""

from __future__ import annotations

from collections.abc import Sequence

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.splits import EVAL, LEAST_GROUPS, TRAIN
from objects_that_sound.components.video_example_gen.video import make_video
from objects_that_sound.components.video_example_gen.video_list import ListedVideo


def group_of(video: ListedVideo, config: IngestConfig, base: str = "") -> str:
    """The group of a listed video.

    Args:
        video: video.
        config: how groups are told.
        base: folder that holds all files of the list, see `common_folder`. Where it is left out,
            groups are told apart as well, but have other names than in ingest, which deals by names.
    """
    return make_video(video.path, base, config, group=video.group, file_id=video.file_id).group


def check_groups(videos: Sequence[ListedVideo], config: IngestConfig) -> None:
    """Refuses too few groups of videos to learn from some, and to be judged by others.

    Args:
        videos: that are listed, whose splits are to be dealt.
        config: how their groups are told.

    Raises:
        ValueError: there are too few; says how many there must be.
    """
    groups = {group_of(video, config) for video in videos}
    named = {group_of(video, config) for video in videos if video.split}
    for which, some in (("named for a split", named), ("left to learn from", groups - named)):
        if named and len(some) < LEAST_GROUPS:
            number = (
                "1 group of videos is" if len(some) == 1 else f"{len(some)} groups of videos are"
            )
            raise ValueError(
                f"{number} {which}, but there must be at least {LEAST_GROUPS}, because a mismatched "
                "pair takes its sound from another group"
            )
    least = LEAST_GROUPS * len((TRAIN, EVAL))
    if len(groups) >= least:
        return
    these = "This is one video" if len(videos) == 1 else f"These are {len(videos)} videos"
    of = "one group" if len(groups) == 1 else f"{len(groups)} groups"
    raise ValueError(
        f"there must be at least {least} groups of videos: {LEAST_GROUPS} to learn from and "
        f"{LEAST_GROUPS} others to be judged by, because a mismatched pair takes its sound from "
        f"another group. {these} in {of}: give more videos"
        + (", or a group_regex that tells more groups apart" if len(groups) < len(videos) else "")
    )
