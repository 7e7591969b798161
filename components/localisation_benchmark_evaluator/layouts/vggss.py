"""VGG-SS (Chen et al., "Localizing Visual Sounds the Hard Way", CVPR 2021), and SLAVC's extension."""

from __future__ import annotations

import pathlib

from objects_that_sound.components.localisation_benchmark_evaluator.boxes import usable_boxes
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.file_finder import (
    VIDEOS,
    FileFinder,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.rows import json_rows
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.silent_pairs import (
    silent_pairs,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    LocalisationBenchmark,
    Moment,
    Sample,
)

_SECOND = 5.0
"""The annotated frame: the 125th of a clip of 25 frames a second."""


def read_vggss(root: pathlib.Path) -> LocalisationBenchmark:
    """Reads `vggss.json`, and the clips of 10 s below the folder.

    A clip is called `ID_SSSSSS` by its start in seconds, as in `vggss.json`, or
    `ID_STARTMS_ENDMS`.

    Raises:
        BenchmarkError: `vggss.json` is not there, or is something else.
    """
    rows = json_rows(root / "vggss.json", ("file", "class", "bbox"))
    videos = FileFinder([root], VIDEOS)

    def find(name: str) -> str | None:
        return videos(name) or videos(_with_milliseconds(name))

    samples, faults = [], []
    for row in rows:
        name = str(row["file"])
        boxes, wrong = usable_boxes(name, row["bbox"])
        faults += wrong
        path = find(name)
        if path is not None and boxes:
            moment = Moment(path, _SECOND)
            samples.append(Sample(name, moment, moment, boxes, group=name, label=str(row["class"])))
    silent = silent_pairs(root, "vggss_test_plus_silent.csv", find, find, _SECOND)
    return LocalisationBenchmark(
        "VGG-SS", (*samples, *silent.samples), len(rows) + silent.listed, tuple(faults)
    )


def _with_milliseconds(name: str) -> str:
    video, _, start = name.rpartition("_")
    if not start.isdecimal():
        return name
    return f"{video}_{int(start) * 1000}_{int(start) * 1000 + 10_000}"
