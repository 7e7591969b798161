"""AVSBench-object, S4 and MS3 (Zhou et al., "Audio-Visual Segmentation", ECCV 2022)."""

from __future__ import annotations

import pathlib

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.rows import csv_rows
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    LocalisationBenchmark,
    Moment,
    Sample,
)

_FRAMES = 5
"""Frames of a video, one a second."""


def read_avsbench(root: pathlib.Path) -> LocalisationBenchmark:
    """Reads the split `test` of S4 (one source, by category) or MS3 (several sources).

    The list is the folder's one CSV with a column `split`; its first column is the video's name,
    and S4's third the category. Frame i shows second i, and is heard with it.

    Raises:
        BenchmarkError: there is no such list, or there are several.
    """
    rows = _rows(root)
    name_column, category_column = _columns(rows)
    tested = [row for row in rows if row["split"] == "test"]
    samples = []
    for row in tested:
        video, category = row[name_column], row.get(category_column, "")
        below = pathlib.PurePath("test", category) if category else pathlib.PurePath("test")
        sound = root / "audio_wav" / below / f"{video}.wav"
        frames, stem = (
            (root / "visual_frames" / below / video, video)
            if category
            else (root / "visual_frames" / video, f"{video}.mp4")
        )
        masks = root / "gt_masks" / below / video
        for number in range(1, _FRAMES + 1):
            frame, mask = frames / f"{stem}_{number}.png", masks / f"{video}_{number}.png"
            if frame.is_file() and mask.is_file() and sound.is_file():
                samples.append(
                    Sample(
                        f"{video}_{number}",
                        Moment(str(frame)),
                        Moment(str(sound), number - 0.5),
                        mask=str(mask),
                        group=f"{video}_{number}",
                        label=category,
                    )
                )
    name = "AVSBench S4" if category_column else "AVSBench MS3"
    return LocalisationBenchmark(name, samples, len(tested) * _FRAMES)


def _rows(root: pathlib.Path) -> list[dict[str, str]]:
    lists = []
    for path in sorted(root.glob("*.csv")):
        try:
            lists.append(csv_rows(path, ("split",)))
        except BenchmarkError:
            continue
    if len(lists) != 1 or not lists[0]:
        raise BenchmarkError(f"{root} holds {len(lists)} CSV files with a column split, not one")
    return lists[0]


def _columns(rows: list[dict[str, str]]) -> tuple[str, str]:
    """Names of the columns of the video's name and, where there is one, of the category."""
    columns = list(rows[0])
    third = columns[2] if len(columns) > 2 and columns[2] != "split" else ""
    return columns[0], third
