"""One's own boxes: a list beside one's own videos or pictures."""

from __future__ import annotations

import pathlib
from typing import Any

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.boxes import usable_boxes
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.rows import (
    csv_rows,
    json_rows,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    Fault,
    LocalisationBenchmark,
    Moment,
    Sample,
)

LISTS = ("boxes.csv", "boxes.json")
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_own_folder(root: pathlib.Path) -> LocalisationBenchmark:
    """Reads `boxes.csv` or `boxes.json`; docs/evaluation.md has the form.

    A row of the CSV is one box: `file`, and `time` in seconds if it is a video; `xmin`, `ymin`,
    `xmax`, `ymax` in 0..1, all empty where nothing in the picture makes the sound; and where wanted
    `sound` (another file whose second around `time` is heard), `class`, and `source`, which tells
    several sounding things of one picture apart, and `scene`, which is the same for moments of a
    video in which different things sound. Rows with the same file, time, sound and source are one
    sample. The JSON is a list of samples with `boxes`, a list of four numbers each.

    Raises:
        BenchmarkError: there is no such list, or it lacks a column.
    """
    path = next((root / name for name in LISTS if (root / name).is_file()), None)
    if path is None:
        raise BenchmarkError(f"{root} holds neither {LISTS[0]} nor {LISTS[1]}")
    rows = (
        _joined(csv_rows(path, ("file", *_CORNERS)))
        if path.suffix == ".csv"
        else json_rows(path, ("file", "boxes"))
    )
    samples, faults = [], []
    for row in rows:
        name = " ".join(str(row[key]) for key in ("file", "time", "source") if row.get(key))
        try:
            time = float(row["time"]) if str(row.get("time") or "") else None
        except ValueError:
            faults.append(Fault(name, "not_a_time", f"{row['time']!r} is no number of seconds"))
            continue
        picture, sound = root / str(row["file"]), root / str(row.get("sound") or row["file"])
        boxes, wrong = usable_boxes(name, row["boxes"])
        faults += wrong
        there = bool(row["boxes"])
        if not picture.is_file() or not sound.is_file() or (there and not boxes):
            continue
        samples.append(
            Sample(
                name,
                Moment(str(picture), time),
                Moment(str(sound), time),
                boxes,
                group=f"{row['file']} {row.get('time') or ''}",
                scene=str(row.get("scene") or ""),
                label=str(row.get("class") or ""),
                sounds=there,
            )
        )
    return LocalisationBenchmark("own folder", samples, len(rows), tuple(faults))


def _joined(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    joined: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row.get(name, "") for name in ("file", "time", "sound", "source"))
        sample = joined.setdefault(key, {**row, "boxes": []})
        corners = [row[corner].strip() for corner in _CORNERS]
        if any(corners):
            sample["boxes"].append(corners)
    return list(joined.values())
