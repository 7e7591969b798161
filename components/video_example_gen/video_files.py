"""Finding videos by folders, globs and paths."""

from __future__ import annotations

import glob
import os
import pathlib
import re
import stat
from collections.abc import Iterable, Sequence

from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.components.video_example_gen.storage import FileInfo

_SIDE_SUFFIXES = (
    # Notes, lists, descriptions and links.
    *(".csv", ".json", ".jsonl", ".json3", ".txt", ".md", ".htm", ".html", ".pdf", ".nfo", ".xml"),
    *(".description", ".url", ".webloc", ".desktop", ".ini", ".log", ".py", ".sh", ".yaml", ".yml"),
    # Subtitles and lyrics.
    *(".srt", ".vtt", ".ass", ".ssa", ".sub", ".idx", ".sbv", ".sup", ".ttml", ".lrc"),
    *(".srv1", ".srv2", ".srv3"),
    # Pictures, thumbnails among them.
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".svg"),
    *(".thm", ".image", ".db"),
    # What cameras and discs keep beside the film: small copies of it, indices, tracks of positions.
    *(".lrv", ".lrf", ".moi", ".cpi", ".clpi", ".mpls", ".bdmv", ".ifo", ".bup", ".xmp", ".aae"),
    *(".gpx", ".fit"),
    # Checksums and downloads that are not finished.
    *(".md5", ".sha1", ".sha256", ".sfv", ".par2", ".tmp", ".part", ".ytdl", ".aria2", ".torrent"),
    *(".crdownload", ".download"),
)
_PART_OF_DOWNLOAD = re.compile(r"\.part-frag\d+$")
_SIDE_NAMES = ("readme", "license", "licence")


def is_candidate(path: str) -> bool:
    """Whether a file found in a folder is taken for a video: all but hidden and side files.

    Side files are those of downloaders, cameras and people, by their suffix. Any other file is a
    candidate: a playlist, or a text file called .mp4, becomes a reject, which says so.
    """
    name = os.path.basename(path).lower()
    side = name.endswith(_SIDE_SUFFIXES) or name.split(".")[0] in _SIDE_NAMES
    return not (name.startswith(".") or side or _PART_OF_DOWNLOAD.search(name))


def find_videos(patterns: Sequence[str]) -> list[FileInfo]:
    """Finds files by folders (searched at any depth), globs (with `**`) and single paths.

    Any of them may be on storage that Beam knows: `gs://bucket/videos`, `s3://bucket/**/*.mp4`.

    Returns:
        Sorted by path, each once; local paths are absolute.

    Raises:
        FileNotFoundError: a pattern matches nothing.
        OSError: a remote storage can't be asked.
    """
    found: dict[str, FileInfo] = {}
    for pattern in map(os.fspath, patterns):
        expand = _expand_remote if storage.is_remote(pattern) else _expand
        matches = {file.path: file for file in expand(pattern)}
        if not matches:
            if os.path.isdir(os.path.expanduser(pattern)):
                raise FileNotFoundError(f"there are no videos in the folder {pattern!r}")
            hint = "; write [[] for a [ that is part of a name" if "[" in pattern else ""
            raise FileNotFoundError(
                f"no videos match {pattern!r}; give a folder, or a quoted pattern such as "
                f"'videos/**/*.mp4'{hint}"
            )
        found |= matches
    if not found:
        raise FileNotFoundError("no videos given; name a folder or a pattern")
    return sorted(found.values())


def _expand(pattern: str) -> Iterable[FileInfo]:
    pattern = os.path.expanduser(pattern)
    if os.path.isdir(pattern):
        for folder in _folders(pattern):
            paths = glob.iglob(os.path.join(glob.escape(folder), "*"))
            yield from (storage.info(os.path.abspath(p)) for p in paths if _is_video(p))
    elif os.path.lexists(pattern):
        yield storage.info(os.path.abspath(pattern))
    else:
        for path in _glob(_with_literal_folders(pattern)):
            if _is_video(path):
                yield storage.info(os.path.abspath(path))


def _glob(pattern: str) -> Iterable[str]:
    """As `glob.iglob`, whose `**` goes round and round where a link leads back."""
    parts = pattern.split("/")
    if "**" not in parts:
        yield from glob.iglob(pattern)
        return
    place = parts.index("**")
    head, tail = "/".join(parts[:place]), "/".join(parts[place + 1 :] or "*")
    tops = glob.iglob(f"{head}/") if place else [os.curdir]
    for top in tops:
        for folder in _folders(top):
            yield from _glob(os.path.join(glob.escape(folder), tail))


def _folders(top: str) -> Iterable[str]:
    """A folder and those below it that are not hidden, also through links, unless they lead back."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        yield folder
        parents = map(str, pathlib.Path(folder).absolute().parents)
        lies_in = {os.path.realpath(one) for one in (folder, *parents)}
        folders = glob.iglob(os.path.join(glob.escape(folder), "*/"))  # none that is hidden
        waiting += [path for path in folders if os.path.realpath(path) not in lies_in]


def _with_literal_folders(pattern: str) -> str:
    """Escapes the leading folders of a glob that are there by the very names."""
    parts = pattern.split("/")
    for count in range(len(parts) - 1, 0, -1):
        head = "/".join(parts[:count])
        if head and os.path.isdir(head):
            return "/".join((glob.escape(head), *parts[count:]))
    return pattern


def _expand_remote(pattern: str) -> Iterable[FileInfo]:
    if glob.has_magic(pattern):
        return [file for file in storage.find(pattern) if is_candidate(file.path)]
    files = storage.find(pattern.rstrip("/") + "/**")
    if files:
        return [file for file in files if is_candidate(file.path)]
    file = storage.info(pattern)
    return [file] if file.size else []


def _is_video(path: str) -> bool:
    """Candidates that are files or broken links (they become rejects), not pipes or devices."""
    if not is_candidate(path):
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True
