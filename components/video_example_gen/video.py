"""One video to ingest."""

from __future__ import annotations

import os
import posixpath
import re
from typing import NamedTuple

from components.video_example_gen.ingest_config import IngestConfig


class Video(NamedTuple):
    """A video file and what its name says.

    Attributes:
        path: where it is.
        video_id: its path below the common folder, with forward slashes.
        group: videos of one group must share a split.
        label: the class of the sounding object, or "" where the name does not tell.
        version: changes when the file's content does (its size and modification time, say), or "".
    """

    path: str
    video_id: str
    group: str
    label: str
    version: str = ""


def make_video(path: str, base: str, config: IngestConfig, label: str = "") -> Video:
    """Derives id, group and label of a video from its path.

    Args:
        path: of the file.
        base: folder that ids are relative to.
        config: with the regular expressions.
        label: known from elsewhere; the name's, if `label_regex` matches, goes before it.
    """
    prefix = base.rstrip("/" + os.sep)
    video_id = path[len(prefix) :] if prefix and path.startswith(prefix) else path
    video_id = video_id.replace(os.sep, "/").lstrip("/")
    name = posixpath.basename(video_id)
    match = re.search(config.label_regex, name) if config.label_regex else None
    if match and match.group(1):
        label = match.group(1)
    return Video(path, video_id, _group(name, config.group_regex) or video_id, label)


def _group(name: str, pattern: str) -> str:
    match = re.search(pattern, name) if pattern else None
    if match is None:
        return ""
    if match.re.groups:
        return "/".join(group or "" for group in match.groups())
    return name[: match.end()]
