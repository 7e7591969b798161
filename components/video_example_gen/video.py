"""One video to ingest."""

from __future__ import annotations

import os
import posixpath
import re
from typing import NamedTuple

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig


class Video(NamedTuple):
    """A video file, or a segment of one, and what its name says.

    Attributes:
        path: where it is.
        video_id: its path below the common folder, with forward slashes; of a segment with a media
            fragment: `a.mp4#t=30,40`.
        group: videos of one group must share a split.
        label: the class of the sounding object, or "" where the name does not tell.
        version: changes when the file's content does (its size and modification time, say), or "".
        labels: all its classes; the first is `label`.
        start: second of the file from which on it is sampled; None for its beginning.
        end: second up to which it is sampled; None for its end.
        split: that its list puts it into, or "" where ingest decides.
    """

    path: str
    video_id: str
    group: str
    label: str
    version: str = ""
    labels: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None
    split: str = ""


def make_video(
    path: str,
    base: str,
    config: IngestConfig,
    labels: tuple[str, ...] = (),
    *,
    group: str = "",
    start: float | None = None,
    end: float | None = None,
    version: str = "",
    file_id: str = "",
    split: str = "",
) -> Video:
    """Derives id, group and label of a video from its path.

    Args:
        path: of the file.
        base: folder that ids are relative to.
        config: with the regular expressions.
        labels: known from elsewhere; the name's, if `label_regex` matches, goes before them.
        group: known from elsewhere; the name's, if `group_regex` matches, is taken instead. By
            default, the group is the file: its segments are of one group.
        start: see Video.
        end: see Video.
        version: see Video.
        file_id: known from elsewhere; by default the path below `base`.
        split: see Video.
    """
    file_id = file_id or relative_id(path, base)
    name = posixpath.basename(path.replace(os.sep, "/"))
    if found := label_in_name(name, config):
        labels = (found, *(label for label in labels if label != found))
    return Video(
        path,
        file_id + _fragment(start, end),
        group_in_name(name, config) or group or file_id,
        labels[0] if labels else "",
        version,
        labels,
        start,
        end,
        split,
    )


def group_in_name(name: str, config: IngestConfig) -> str:
    """The group that `group_regex` finds in the name of a file; "" where it finds none."""
    match = re.search(config.group_regex, name) if config.group_regex else None
    if match is None:
        return ""
    if match.re.groups:
        return "/".join(group or "" for group in match.groups())
    return name[: match.end()]


def label_in_name(name: str, config: IngestConfig) -> str:
    """The class that `label_regex` finds in the name of a file; "" where it finds none."""
    match = re.search(config.label_regex, name) if config.label_regex else None
    return (match.group(1) or "") if match else ""


def relative_id(path: str, base: str) -> str:
    """A file's path below a folder, with forward slashes; the whole one where it lies elsewhere."""
    prefix = base.rstrip("/" + os.sep) + "/"
    below = path[len(prefix) :] if base and path.startswith(prefix) else path
    return below.replace(os.sep, "/").lstrip("/")


def _fragment(start: float | None, end: float | None) -> str:
    """A media fragment (https://www.w3.org/TR/media-frags/#naming-time)."""
    if start is None and end is None:
        return ""
    return f"#t={_seconds(start)}" + (f",{_seconds(end)}" if end is not None else "")


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
