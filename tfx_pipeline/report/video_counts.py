"""How much video a model was learnt from and judged by."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
from collections.abc import Iterable

from objects_that_sound.components.video_example_gen.artifact_names import (
    REJECTS_NAME,
    VIDEOS_NAME,
)
from objects_that_sound.tfx_pipeline.report.json_rows import json_rows
from objects_that_sound.tfx_pipeline.report.metadata_graph import ArtifactRecord


@dataclasses.dataclass(frozen=True)
class VideoCounts:
    """Counts of the videos that gave examples.

    Attributes:
        clips: number of videos, or of segments of them, by split.
        scenes: number of groups of videos, by split; empty where it is not known.
        seconds: length of all of them; None where it is not known.
    """

    clips: dict[str, int]
    scenes: dict[str, int] = dataclasses.field(default_factory=dict)
    seconds: int | None = None


def read_video_counts(artifacts: Iterable[ArtifactRecord]) -> VideoCounts | None:
    """Counts the videos of Examples artifacts.

    Args:
        artifacts: artifacts that VideoExampleGen made, one a span.

    Returns:
        The counts of all of them together; None where one of them does not tell its videos.
    """
    clips: collections.Counter[str] = collections.Counter()
    scenes: dict[str, set[str]] = {}
    seconds: int | None = 0
    grouped = True
    found = False
    for artifact in artifacts:
        folder = pathlib.Path(artifact.uri)
        if not (folder / VIDEOS_NAME).is_file():
            return None
        found = True
        rejects = folder / REJECTS_NAME
        rejected = {row["video"] for row in json_rows(rejects)} if rejects.is_file() else set()
        for row in json_rows(folder / VIDEOS_NAME):
            if row["video"] not in rejected:
                clips[row["split"]] += 1
                grouped = grouped and "group" in row
                scenes.setdefault(row["split"], set()).add(row.get("group", ""))
        length = artifact.properties.get("num_seconds")
        seconds = None if seconds is None or length is None else seconds + length
    if not found:
        return None
    numbers = {split: len(groups) for split, groups in scenes.items()} if grouped else {}
    return VideoCounts(dict(clips), numbers, seconds)
