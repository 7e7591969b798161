"""Finding the files of segments by their names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from objects_that_sound.components.video_example_gen.segments import Segment

_VIDEO_SUFFIXES = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".flv", ".ts", ".mpg", ".3gp")


class SegmentFile(NamedTuple):
    """A segment and its file.

    Attributes:
        segment: as listed.
        path: of the file; None where there is none.
        cut: whether the file is the segment only, not the whole video.
    """

    segment: Segment
    path: str | None
    cut: bool


def find_segment_files(paths: Sequence[str], segments: Sequence[Segment]) -> list[SegmentFile]:
    """Finds each segment's file among paths.

    A file already cut goes before the whole video. Its name is the id, `_` or `-`, and the start
    in seconds (`id_30`, `id_30.000`, `id_000030` as VGGSound's users have it) or milliseconds
    (`id_30000`), which the end may follow in the same form (`id_30_40`, `id_30000_40000`). The
    name of a whole video is the id. The suffix may be any.

    Args:
        paths: of files, with forward slashes.
        segments: to find.
    """
    files: dict[str, str] = {}
    # Of a video with side files (a picture, the sound alone) the video is meant.
    for path in sorted(paths, key=lambda path: (not path.lower().endswith(_VIDEO_SUFFIXES), path)):
        files.setdefault(posixpath.splitext(posixpath.basename(path))[0], path)
    found = []
    for segment in segments:
        cut = next((files[stem] for stem in _cut_names(segment) if stem in files), None)
        found.append(SegmentFile(segment, cut or files.get(segment.video_id), cut is not None))
    return found


def _cut_names(segment: Segment) -> Iterator[str]:
    starts, ends = _spellings(segment.start), _spellings(segment.end)
    for join in "_-":
        for form in [form for form in starts if form in ends]:
            yield f"{segment.video_id}{join}{starts[form]}{join}{ends[form]}"
        for start in starts.values():
            yield f"{segment.video_id}{join}{start}"


def _spellings(seconds: float) -> dict[str, str]:
    """A time as in names of files, by form; only forms that tell it exactly."""
    spelled = {form: format(seconds, form) for form in (".0f", ".1f", ".2f", ".3f", "06.0f")}
    exact = {form: text for form, text in spelled.items() if float(text) == seconds}
    # Last: seconds are meant where both could be.
    return {**exact, "ms": f"{seconds * 1000:.0f}"}
