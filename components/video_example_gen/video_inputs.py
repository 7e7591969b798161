"""The videos that an input pattern of VideoExampleGen names."""

from __future__ import annotations

import functools
import glob
import posixpath

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import Video, make_video
from objects_that_sound.components.video_example_gen.video_files import is_candidate
from objects_that_sound.components.video_example_gen.video_list import (
    ANNOTATIONS_NAME,
    ListedVideo,
    common_folder,
    read_video_list,
)


def find_inputs(base: str, pattern: str, config: IngestConfig) -> list[Video]:
    """Finds the videos of a pattern below a folder, or those of the lists that it names.

    Args:
        base: folder, here or on remote storage.
        pattern: glob below it; one that ends in `.csv` names lists of videos.
        config: with the regular expressions.

    Returns:
        Sorted by id.

    Raises:
        FileNotFoundError: there are none.
        OSError: a remote storage can't be asked.
        ValueError: a list is broken.
    """
    location = posixpath.join(glob.escape(base), pattern)
    found = storage.find(location)
    if pattern.endswith(".csv"):
        if not found:
            raise FileNotFoundError(f"there is no list of videos {location}")
        listed = [
            video
            for file in found
            for video in read_video_list(storage.read_lines(file.path), file.path)
        ]
        base = common_folder([video.path for video in listed])
    else:
        listed = [ListedVideo(*file) for file in found if is_candidate(file.path)]
        if not listed:
            raise FileNotFoundError(
                f"no videos match {location}; a pattern with **/ searches sub-folders too"
            )

    annotated = functools.cache(functools.partial(_annotations_modified, config.annotations))
    videos = (
        make_video(
            video.path,
            base,
            config,
            video.labels,
            group=video.group,
            start=video.start,
            end=video.end,
            version=_version(video, annotated(posixpath.dirname(video.path))),
            file_id=video.file_id,
            split=video.split,
        )
        for video in listed
    )
    return sorted(videos, key=lambda video: video.video_id)


def _annotations_modified(annotations: str, folder: str) -> str:
    return storage.info(annotations or posixpath.join(folder, ANNOTATIONS_NAME)).modified


def _version(video: ListedVideo, annotations_modified: str) -> str:
    size, modified = video.size, video.modified
    if not size and not storage.is_remote(video.path):
        _, size, modified = storage.info(video.path)  # a list made by hand
    return f"{size}/{modified}/{annotations_modified}" if size else ""
