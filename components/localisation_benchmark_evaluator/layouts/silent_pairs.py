"""The pairs in which nothing sounds that SLAVC added to two benchmarks."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

from objects_that_sound.components.localisation_benchmark_evaluator.layouts.rows import csv_rows
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    LocalisationBenchmark,
    Moment,
    Sample,
)


def silent_pairs(
    root: pathlib.Path,
    name: str,
    pictures: Callable[[str], str | None],
    sounds: Callable[[str], str | None],
    time: float | None = None,
) -> LocalisationBenchmark:
    """Reads a CSV with the columns video, audio, label; nothing where it is not there.

    Args:
        root: folder of the list.
        name: name of the list.
        pictures: finds the path of a picture, or video.
        sounds: finds the path of a sound, or video.
        time: second of the files that counts; None for their middles.

    Raises:
        BenchmarkError: the list lacks a column.
    """
    path = root / name
    rows = csv_rows(path, ("video", "audio", "label")) if path.is_file() else []
    rows = [row for row in rows if row["label"] == "non-sounding"]
    samples = []
    for row in rows:
        picture, sound = pictures(row["video"]), sounds(row["audio"])
        if picture is not None and sound is not None:
            samples.append(
                Sample(
                    f"{row['video']} with the sound of {row['audio']}, silent",
                    Moment(picture, time),
                    Moment(sound, time),
                    group=f"silent {row['video']}",
                    sounds=False,
                )
            )
    return LocalisationBenchmark(name, samples, len(rows))
