"""Makes the overlay videos of clips that the model did not learn from."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping

import av
import av.error

from objects_that_sound.components.localisation_video.localisation_video import (
    make_localisation_video,
)
from objects_that_sound.components.localisation_video.localiser import Localiser
from objects_that_sound.components.localisation_video.video_options import VideoOptions
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.tfx_pipeline.report.held_out_clips import HeldOutClip, write_held_out_clips

_CLIPS = 3
_SECONDS = 3.0
_OPTIONS = VideoOptions(max_seconds=_SECONDS, fps=10.0, width=960)


def make_held_out_clips(
    moments: Iterable[tuple[str, float]],
    paths: Mapping[str, str],
    localiser: Localiser,
    folder: str,
) -> tuple[HeldOutClip, ...]:
    """Makes overlay videos around moments of held-out videos.

    A video that is not on this machine, or that cannot be read any more, is passed over.

    Args:
        moments: (id of the video, seconds of its file), the best first; no video is shown twice.
        paths: paths of the video files, by the ids of the videos.
        localiser: model to ask.
        folder: folder that gets the files; it is made.

    Returns:
        The clips, three at most; the folder says which there are, too.

    Raises:
        OSError: the folder cannot be written.
    """
    os.makedirs(folder, exist_ok=True)
    clips: list[HeldOutClip] = []
    first: dict[str, float] = {}
    for video_id, time in moments:
        first.setdefault(video_id, time)
    for video_id, time in first.items():
        path = paths.get(video_id, "")
        if len(clips) == _CLIPS or not os.path.isfile(path):
            continue
        start = max(time - _SECONDS / 2, 0.0)
        video, poster = f"{len(clips)}.mp4", f"{len(clips)}.jpg"
        try:
            made = make_localisation_video(
                path,
                os.path.join(folder, video),
                localiser,
                dataclasses.replace(_OPTIONS, start=start),
            )
            _write_poster(os.path.join(folder, video), os.path.join(folder, poster))
        except (MediaError, av.error.FFmpegError):
            continue
        clips.append(HeldOutClip(video_id, start, video, poster, made.mean_score))
    write_held_out_clips(folder, clips)
    return tuple(clips)


def _write_poster(video: str, poster: str) -> None:
    """Writes the frame in the middle, which is the moment that the clip is about."""
    with av.open(video) as container:
        frames = list(container.decode(video=0))
    frames[len(frames) // 2].to_image().save(poster, quality=85)
