"""Finding videos, and the CSV that lists them.

TFX's driver fingerprints the files that its pattern names, by number, size and modification time,
and does not look into sub-folders. A list of all videos with their sizes and modification times,
rewritten only if something changed, lets it see every change, and reuse the examples otherwise.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

ANNOTATIONS_NAME = "annotations.jsonl"
"""Side file with the objects in the videos of its folder."""

_SIDE_SUFFIXES = (
    ".csv",
    ".json",
    ".jsonl",
    ".txt",
    ".md",
    ".html",
    ".pdf",
    ".py",
    ".yaml",
    ".yml",
    ".log",
    ".srt",
    ".vtt",
    ".sha256",
    ".md5",
    ".tmp",
    ".part",
)
_SIDE_NAMES = ("readme", "license", "licence", "thumbs.db")
_COLUMNS = ("path", "size", "modified", "label", "annotations_modified")


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


class ListedVideo(NamedTuple):
    """A row of a list: path of the file, and its label or ""."""

    path: str
    label: str


def is_candidate(path: str) -> bool:
    """Whether a file found in a folder is taken for a video: all but hidden and side files.

    The suffix does not decide: a text file called .mp4 is a candidate, and becomes a reject.
    """
    name = os.path.basename(path).lower()
    hidden = any(part.startswith(".") for part in path.replace(os.sep, "/").split("/")[-1:])
    side = name.endswith(_SIDE_SUFFIXES) or name.split(".")[0] in _SIDE_NAMES
    return not hidden and not side


def find_videos(patterns: Sequence[str]) -> list[str]:
    """Finds files by folders (searched at any depth), globs (with `**`) and single paths.

    Returns:
        Absolute paths, sorted, each once.

    Raises:
        FileNotFoundError: a pattern matches nothing.
    """
    found: set[str] = set()
    for pattern in patterns:
        matches = set(_expand(os.path.expanduser(os.fspath(pattern))))
        if not matches:
            raise FileNotFoundError(
                f"no videos match {pattern!r}; give a folder, or a quoted pattern such as "
                "'videos/**/*.mp4'"
            )
        found |= matches
    if not found:
        raise FileNotFoundError("no videos given; name a folder or a pattern")
    return sorted(found)


def write_video_list(patterns: Sequence[str], destination: str) -> VideoList:
    """Lists the videos that folders, globs and paths name in a CSV.

    The file is touched only if its content changed, so that TFX's fingerprint of it stays.

    Args:
        patterns: folders, globs (`**` at any depth) and single files.
        destination: path of the CSV; its folder is made.

    Raises:
        FileNotFoundError: a pattern matches nothing.
    """
    paths = find_videos(patterns)
    annotations: dict[str, str] = {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for path in paths:
        folder = os.path.dirname(path)
        if folder not in annotations:
            annotations[folder] = _stat(os.path.join(folder, ANNOTATIONS_NAME))[1]
        writer.writerow((path, *_stat(path), "", annotations[folder]))
    content = text.getvalue().encode("utf-8", "surrogateescape")
    try:
        with open(destination, "rb") as file:
            changed = file.read() != content
    except FileNotFoundError:
        changed = True
    if changed:
        os.makedirs(os.path.dirname(os.path.abspath(destination)), exist_ok=True)
        temporary = f"{destination}.tmp"
        with open(temporary, "wb") as file:
            file.write(content)
        os.replace(temporary, destination)
    return VideoList(destination, len(paths), changed)


def read_video_list(lines: Iterable[str], name: str) -> list[ListedVideo]:
    """Reads a list.

    Args:
        lines: of the CSV; a column `path` is needed, `label` is used, others are not.
        name: of the CSV, for messages.

    Raises:
        ValueError: there is no column `path`, or no row.
    """
    reader = csv.DictReader(lines)
    if "path" not in (reader.fieldnames or ()):
        raise ValueError(f"{name}: the first line must name the columns, one of them 'path'")
    videos = [ListedVideo(row["path"], row.get("label") or "") for row in reader if row["path"]]
    if not videos:
        raise ValueError(f"{name}: lists no videos")
    return videos


def common_folder(paths: Sequence[str]) -> str:
    """The deepest folder that holds all paths (local ones, or remote ones of one bucket)."""
    folders = [path.rsplit("/", 1)[0].split("/") for path in paths]
    shared = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


def _expand(pattern: str) -> Iterable[str]:
    if os.path.isdir(pattern):
        for folder, folders, names in os.walk(pattern):
            folders[:] = [name for name in folders if not name.startswith(".")]
            paths = (os.path.join(folder, name) for name in names)
            yield from (os.path.abspath(p) for p in paths if is_candidate(p) and _is_file(p))
    elif glob.has_magic(pattern) and not os.path.exists(pattern):
        for path in glob.iglob(pattern, recursive=True):
            if is_candidate(path) and _is_file(path):
                yield os.path.abspath(path)
    elif os.path.lexists(pattern):
        yield os.path.abspath(pattern)


def _is_file(path: str) -> bool:
    """True for files and broken links (they become rejects), false for folders, pipes, devices."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True


def _stat(path: str) -> tuple[str, str]:
    """Size in bytes and modification time in nanoseconds, or empty where there is no such file."""
    try:
        status = os.stat(path)
    except OSError:
        return "", ""
    return str(status.st_size), str(status.st_mtime_ns)
