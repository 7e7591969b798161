"""The CSV that lists the videos to ingest, and segments of them.

TFX's driver fingerprints the files that its pattern names, by number, size and modification time,
and does not look into sub-folders. A list of all videos with their sizes and modification times,
rewritten only if something changed, lets it see every change, and reuse the examples otherwise.
"""

from __future__ import annotations

import csv
import io
import math
import os
import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.segment_files import find_segment_files
from objects_that_sound.components.video_example_gen.segments import read_segments, split_labels
from objects_that_sound.components.video_example_gen.splits import EVAL
from objects_that_sound.components.video_example_gen.video_files import find_videos
from objects_that_sound.models.whole_file import whole_file

ANNOTATIONS_NAME = "annotations.jsonl"
"""Side file with the objects in the videos of its folder."""

_COLUMNS = (
    *("path", "size", "modified", "start", "end", "group", "labels"),
    "annotations_modified",
)
_SPAN_COLUMNS = ("id", "split")
"""Of lists that have them: others keep the content, and so the fingerprint, that they always had."""


class ListedVideo(NamedTuple):
    """A row of a list: a video, or a segment of one.

    Attributes:
        path: of the file.
        size: in bytes; "" where there is no such file, or it is not known.
        modified: changes when the file does, or "".
        start: second of the file from which on it is sampled, or None.
        end: second up to which it is sampled, or None.
        group: videos of one group share a split; "" for the file itself.
        labels: classes; may be none.
        file_id: names the file in examples; "" for its path below the folder that holds all files
            of the list.
        split: that it goes into; "" leaves that to ingest.
    """

    path: str
    size: str = ""
    modified: str = ""
    start: float | None = None
    end: float | None = None
    group: str = ""
    labels: tuple[str, ...] = ()
    file_id: str = ""
    split: str = ""


class VideoList(NamedTuple):
    """A written list.

    Attributes:
        path: of the CSV.
        videos: how many are in it.
        changed: whether it differs from what was there before.
    """

    path: str
    videos: int
    changed: bool


def list_videos(
    patterns: Sequence[str], segments: str = "", eval_patterns: Sequence[str] = ()
) -> list[ListedVideo]:
    """Finds videos, or the files of segments among them.

    Args:
        patterns: folders, globs (`**` at any depth) and single files, here or on remote storage.
        segments: path of a CSV of segments, see `read_segments`; "" for whole videos. A segment
            without a file is listed by its id, without a size: ingest rejects it as missing.
        eval_patterns: likewise, of files that go into the split EVAL; they are taken besides those of
            `patterns`, or are some of them.

    Raises:
        FileNotFoundError: a pattern matches nothing, there is no CSV, or no segment has a file.
        OSError: a remote storage can't be asked.
        ValueError: a line of the CSV is broken.
    """
    files = find_videos([*patterns, *eval_patterns])
    held_out = {file.path for file in find_videos(eval_patterns)} if eval_patterns else set()
    listed = _files_or_segments(files, segments)
    return [one._replace(split=EVAL) if one.path in held_out else one for one in listed]


def _files_or_segments(files: Sequence[storage.FileInfo], segments: str) -> list[ListedVideo]:
    if not segments:
        return [ListedVideo(*file) for file in files]
    infos = {file.path: file for file in files}
    found = find_segment_files(list(infos), read_segments(storage.read_lines(segments), segments))
    if all(file.path is None for file in found):
        raise FileNotFoundError(
            f"none of the {len(found)} segments of {segments} has a file among {len(files)} "
            f"videos: whole videos must be called <id>.mp4, parts <id>_<start>.mp4; for example "
            f"{found[0].segment.video_id}.mp4 (the suffix may be any)"
        )
    folder = common_folder(list(infos))
    listed: dict[tuple, ListedVideo] = {}
    for segment, path, cut in found:
        missing = path is None
        path = posixpath.join(folder, segment.video_id) if path is None else path
        video = ListedVideo(
            *(storage.FileInfo(path) if missing else infos[path]),
            None if cut else segment.start,
            None if cut else segment.end,
            segment.video_id,
            segment.labels,
        )
        other = listed.setdefault(_key(video), video)
        listed[_key(video)] = _joined(other, video)
    return list(listed.values())


def write_list(videos: Sequence[ListedVideo], destination: str) -> VideoList:
    """Writes a list as CSV.

    The file is touched only if its content changed, so that TFX's fingerprint of it stays.

    Args:
        videos: to list.
        destination: path of the CSV; its folder is made.
    """
    annotations: dict[str, str] = {}
    of_span = any(video.file_id or video.split for video in videos)
    rows = [_line((*_COLUMNS, *(_SPAN_COLUMNS if of_span else ())))]
    for video in videos:
        folder = posixpath.dirname(video.path)
        if folder not in annotations:
            annotations[folder] = storage.info(posixpath.join(folder, ANNOTATIONS_NAME)).modified
        times = ("" if time is None else f"{time:.15g}" for time in (video.start, video.end))
        cells = (
            *(video.path, video.size, video.modified, *times, video.group),
            _line(video.labels).removesuffix("\n"),  # the inverse of `split_labels`
            annotations[folder],
            *((video.file_id, video.split) if of_span else ()),
        )
        rows.append(_line(cells))
    content = "".join(rows).encode("utf-8", "surrogateescape")
    try:
        with open(destination, "rb") as file:
            changed = file.read() != content
    except FileNotFoundError:
        changed = True
    if changed:
        os.makedirs(os.path.dirname(os.path.abspath(destination)), exist_ok=True)
        with whole_file(destination) as unfinished, open(unfinished, "wb") as file:
            file.write(content)
    return VideoList(destination, len(videos), changed)


def write_video_list(patterns: Sequence[str], destination: str) -> VideoList:
    """`list_videos` and `write_list` at once; arguments and errors are theirs."""
    return write_list(list_videos(patterns), destination)


def read_video_list(lines: Iterable[str], name: str) -> list[ListedVideo]:
    """Reads a list.

    Args:
        lines: of the CSV; a column `path` is needed. `start`, `end` (seconds), `group`, `labels` (a
            list with commas), `label` (one), `id` and `split` may be there; `size` and `modified`
            are the writer's.
        name: of the CSV, for messages.

    Returns:
        In the order of the file; rows of the same part of the same file are joined.

    Raises:
        ValueError: there is no column `path`, no row, or a row is broken.
    """
    reader = csv.DictReader(lines, strict=True)
    videos: dict[tuple, ListedVideo] = {}
    try:
        if "path" not in (reader.fieldnames or ()):
            raise ValueError(f"{name}: the first line must name the columns, one of them 'path'")
        for row in reader:
            if not row["path"]:
                continue
            try:
                video = _read_row({key: value or "" for key, value in row.items() if key})
            except ValueError as error:
                raise ValueError(f"{name}, line {reader.line_num}: {error}") from error
            other = videos.setdefault(_key(video), video)
            videos[_key(video)] = _joined(other, video)
    except csv.Error as error:
        raise ValueError(
            f"{name}, line {reader.reader.line_num}: {error}; is a quotation mark missing?"
        ) from error
    if not videos:
        raise ValueError(f"{name}: lists no videos")
    return list(videos.values())


def common_folder(paths: Sequence[str]) -> str:
    """The deepest folder that holds all paths (local ones, or remote ones of one bucket)."""
    folders = [path.rsplit("/", 1)[0].split("/") for path in paths]
    shared = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


def _read_row(row: dict[str, str]) -> ListedVideo:
    start, end = (_time(column, row.get(column, "")) for column in ("start", "end"))
    if end is not None and end <= (start or 0):
        raise ValueError(f"the end, {end:g} s, is not after the start, {start or 0:g} s")
    label = row.get("label", "")
    labels = (label,) if label else split_labels(row.get("labels", ""))
    size, modified, group = (row.get(column, "") for column in ("size", "modified", "group"))
    file_id, split = (row.get(column, "") for column in _SPAN_COLUMNS)
    return ListedVideo(
        row["path"], size, modified, start, end, group, labels, file_id=file_id, split=split
    )


def _time(column: str, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        time = float(text)
    except ValueError:
        time = math.nan
    if not (math.isfinite(time) and time >= 0):
        raise ValueError(f"{column} must be a number of seconds, not {text!r}")
    return time


def _line(cells: Sequence[str]) -> str:
    """A row of a CSV, with a line end; any text comes back from it."""
    text = io.StringIO()
    # What stands in the line end is put in quotes: both characters that a reader ends lines at.
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def _key(video: ListedVideo) -> tuple:
    return video.path, video.start, video.end


def _joined(video: ListedVideo, other: ListedVideo) -> ListedVideo:
    """One row for two of the same part of the same file."""
    return video._replace(labels=tuple(dict.fromkeys((*video.labels, *other.labels))))
