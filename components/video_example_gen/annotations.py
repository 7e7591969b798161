"""The side file with the objects in videos: classes, boxes, which of them sounds.

Made by `ots videos generate`; used for evaluation only. One JSON object a line:

    {"video": "video_00012.mp4", "label": "bell", "objects": [{"label": "bell", "sounding": true,
     "times": [0.0, 0.04], "boxes": [[ymin, xmin, ymax, xmax], ...]}]}

An object that does not sound all the time has `"sounds": [[start, end], ...]` too, in seconds.
"""

from __future__ import annotations

import bisect
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Box = tuple[float, float, float, float]
"""ymin, xmin, ymax, xmax as fractions of the upright frame."""


class AnnotatedObject(NamedTuple):
    """An object with its track: `boxes[k]` holds from `times[k]` to the next time, in seconds.

    If it is `sounding`, it sounds in the intervals `sounds`, in seconds.
    """

    label: str
    sounding: bool
    times: tuple[float, ...]
    boxes: tuple[Box, ...]
    sounds: tuple[tuple[float, float], ...] = ((0.0, math.inf),)

    def sounds_at(self, time: float) -> bool:
        """Whether it sounds at a time, in seconds."""
        return self.sounding and any(start <= time < end for start, end in self.sounds)

    def box_at(self, time: float) -> Box | None:
        """The box at a time, or None before the first."""
        # Times are sums of frame durations: a nanosecond early is rounding, not another frame.
        place = bisect.bisect_right(self.times, time + 1e-9)
        return self.boxes[place - 1] if place else None


class VideoAnnotation(NamedTuple):
    """What is known of one video."""

    label: str
    objects: tuple[AnnotatedObject, ...]

    def box_at(self, time: float) -> Box | None:
        """The sounding object's box at a time; None where not one sounds, or it is not seen yet."""
        sounding = [item for item in self.objects if item.sounds_at(time)]
        return sounding[0].box_at(time) if len(sounding) == 1 else None

    def labels_at(self, time: float) -> list[str]:
        """The classes of what sounds at a time; the video's where it has but one sounding object."""
        several = sum(item.sounding for item in self.objects) > 1
        now = [item.label for item in self.objects if item.sounds_at(time)]
        return now if several and now else [self.label] * bool(self.label)

    @property
    def visible_labels(self) -> list[str]:
        """Classes of all objects, sounding or not; sorted, each once."""
        return sorted({item.label for item in self.objects})


def read_annotations(lines: Iterable[str], name: str) -> dict[str, VideoAnnotation]:
    """Reads an annotations.jsonl.

    Args:
        lines: of the file; empty ones are skipped.
        name: of the file, for messages.

    Returns:
        By the video's file name.

    Raises:
        ValueError: a line is not as it must be; names the file and the line.
    """
    annotations: dict[str, VideoAnnotation] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not an object")
            annotations[_text(row, "video")] = _annotation(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            what = f"misses {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{name}, line {number}: {what}") from error
    return annotations


def _annotation(row: dict[str, Any]) -> VideoAnnotation:
    objects = tuple(_object(item) for item in row.get("objects", ()))
    sounding = [item.label for item in objects if item.sounding]
    label = row.get("label") or (sounding[0] if sounding else "")
    if not isinstance(label, str):
        raise ValueError(f"label must be text, not {label!r}")
    return VideoAnnotation(label, objects)


def _object(item: dict[str, Any]) -> AnnotatedObject:
    times = tuple(float(time) for time in item["times"])
    boxes = tuple(_box(box) for box in item["boxes"])
    if len(times) != len(boxes):
        raise ValueError(f"{len(times)} times but {len(boxes)} boxes")
    if list(times) != sorted(times):
        raise ValueError("times must ascend")
    sounds = tuple(_interval(one) for one in item.get("sounds", ((0, math.inf),)))
    return AnnotatedObject(_text(item, "label"), bool(item.get("sounding")), times, boxes, sounds)


def _box(edges: Sequence[float]) -> Box:
    if len(edges) == 4:
        ymin, xmin, ymax, xmax = map(float, edges)
        if 0 <= ymin <= ymax <= 1 and 0 <= xmin <= xmax <= 1:
            return ymin, xmin, ymax, xmax
    raise ValueError(f"box {edges!r} is not [ymin, xmin, ymax, xmax] within 0..1")


def _interval(ends: Sequence[float]) -> tuple[float, float]:
    if len(ends) == 2:
        start, end = map(float, ends)
        if 0 <= start <= end:
            return start, end
    raise ValueError(f"sounds {ends!r} is not [start, end] in seconds")


def _text(row: dict[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be text, not {value!r}")
    return value
