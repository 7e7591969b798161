"""The CSV files that list segments of videos: AudioSet's, VGGSound's, and one with named columns.

AudioSet (https://research.google.com/audioset/download.html), labels are a list in quotes:

    # YTID, start_seconds, end_seconds, positive_labels
    --PJHxphWEs, 30.000, 40.000, "/m/09x0r,/t/dd00088"

VGGSound (https://www.robots.ox.ac.uk/~vgg/data/vggsound/), 10 s from the start on, one label that
may have commas, and a split that is not used here:

    ---g-f_I2yQ,1,"people marching",test
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_VGGSOUND_SECONDS = 10.0
_COLUMN_NAMES = {
    "id": ("id", "ytid", "video_id", "youtube_id"),
    "start": ("start", "start_seconds", "start_time_seconds"),
    "end": ("end", "end_seconds", "end_time_seconds"),
    "labels": ("labels", "positive_labels"),
    "label": ("label",),
}
_AUDIOSET = {"id": 0, "start": 1, "end": 2, "labels": 3}
_VGGSOUND = {"id": 0, "start": 1, "label": 2}


class Segment(NamedTuple):
    """A part of a video.

    Attributes:
        video_id: as in the names of files, for example YouTube's.
        start: in seconds of the whole video.
        end: likewise; later than `start`.
        labels: classes; opaque text, may be none.
    """

    video_id: str
    start: float
    end: float
    labels: tuple[str, ...]


def read_segments(lines: Iterable[str], name: str) -> list[Segment]:
    """Reads a CSV in AudioSet's or VGGSound's form, or with a first line that names its columns.

    The columns may be called `id,start,end,labels` (labels: a list with commas) or `label` (one),
    or as AudioSet calls them, in any order; others are not used. Without such a line the first
    row tells the form: AudioSet's has two numbers after the id, VGGSound's has one. Empty lines and
    those that start with `#` are skipped.

    Args:
        lines: of the CSV.
        name: of the CSV, for messages.

    Returns:
        In the order of the file; rows of the same part of the same video are joined.

    Raises:
        ValueError: a line is not as it must be, or there is none; names the file and the line.
    """
    columns: dict[str, int] = {}
    labels: dict[tuple[str, float, float], list[str]] = {}
    for number, line in enumerate(lines, start=1):
        line = line.lstrip("\ufeff").strip()
        if not line or line.startswith("#"):
            continue
        try:
            [row] = csv.reader([line], skipinitialspace=True, strict=True)
            if not columns:
                columns = _header(row)
                if columns:
                    continue
                columns = _form(row)
            segment = _segment(row, columns)
        except (csv.Error, ValueError) as error:
            raise ValueError(f"{name}, line {number}: {error}") from error
        labels.setdefault(segment[:3], []).extend(segment.labels)
    if not labels:
        raise ValueError(f"{name}: lists no segments")
    return [Segment(*key, tuple(dict.fromkeys(names))) for key, names in labels.items()]


def split_labels(cell: str) -> tuple[str, ...]:
    """A list with commas as labels; one that has commas itself stands in quotes.

    Raises:
        ValueError: a quote is missing.
    """
    try:
        rows = list(csv.reader([cell], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise ValueError(f"labels {cell!r}: {error}") from error
    return tuple(label.strip() for row in rows for label in row if label.strip())


def _header(row: Sequence[str]) -> dict[str, int]:
    """Places of the columns by our name, if the row names columns."""
    names = [cell.strip().lower() for cell in row]
    if names[0] not in _COLUMN_NAMES["id"] and not {"start", "start_seconds"} & set(names):
        return {}
    places = {
        column: names.index(alias)
        for column, aliases in _COLUMN_NAMES.items()
        for alias in aliases
        if alias in names
    }
    missing = [column for column in ("id", "start", "end") if column not in places]
    if missing:
        raise ValueError(f"no column {', '.join(missing)} among {', '.join(names)}")
    return places


def _form(row: Sequence[str]) -> dict[str, int]:
    """AudioSet's or VGGSound's columns."""
    if len(row) >= 3 and _is_number(row[1]):
        return _AUDIOSET if _is_number(row[2]) else _VGGSOUND
    raise ValueError(
        f"{','.join(row)!r} is neither AudioSet's 'id, start, end, \"label,label\"' nor VGGSound's "
        "'id,start,\"label\",split', nor names columns as 'id,start,end,labels' does"
    )


def _segment(row: Sequence[str], columns: dict[str, int]) -> Segment:
    def cell(column: str) -> str:
        place = columns.get(column)
        return row[place].strip() if place is not None and place < len(row) else ""

    video_id = cell("id")
    if not video_id:
        raise ValueError("no id")
    start = _seconds("start", cell("start"))
    end = _seconds("end", cell("end")) if "end" in columns else start + _VGGSOUND_SECONDS
    if end <= start:
        raise ValueError(f"the end, {end:g} s, is not after the start, {start:g} s")
    single = cell("label")
    labels = (single,) if single else split_labels(cell("labels"))
    return Segment(video_id, start, end, labels)


def _seconds(column: str, text: str) -> float:
    if not _is_number(text):
        raise ValueError(f"{column} must be a number of seconds, not {text!r}")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value >= 0
