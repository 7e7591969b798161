"""IS3 and VPO, as SSL-Align lists them (Senocak et al., "Aligning Sight and Sound", 2024)."""

from __future__ import annotations

import json
import pathlib

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.boxes import usable_boxes
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.file_finder import (
    PICTURES,
    SOUNDS,
    FileFinder,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.rows import json_rows
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    SIDE,
    LocalisationBenchmark,
    Moment,
    Sample,
)

_MASKS = frozenset({"gt_segmentation", "gt_masks", "masks"})
"""Folders that hold masks, not pictures."""


def read_is3(root: pathlib.Path) -> LocalisationBenchmark:
    """Reads the folder's one JSON list of `{"image", "audio", "gt_box"}`.

    Of the paths only the last part counts. `gt_box` is xmin, ymin, xmax, ymax in pixels of 224, or
    the path of a mask. A picture is named by all but the last word of its entry, and that word is
    the class: `accordion_baby_10467_accordion`.

    Raises:
        BenchmarkError: there is no such list, or there are several.
    """
    path = _list_file(root)
    rows = json_rows(path, ("image", "audio", "gt_box"))
    folders = [one for one in sorted(root.iterdir()) if one.is_dir()]
    pictures = FileFinder([one for one in folders if one.name not in _MASKS], PICTURES)
    masks = FileFinder([one for one in folders if one.name in _MASKS], PICTURES)
    sounds = FileFinder(folders, SOUNDS)
    samples, faults = [], []
    for row in rows:
        name = pathlib.PurePosixPath(str(row["image"])).stem
        picture, sound = pictures(str(row["image"])), sounds(str(row["audio"]))
        given = row["gt_box"]
        mask = (masks(given) or "") if isinstance(given, str) else ""
        boxes, wrong = usable_boxes(name, [] if isinstance(given, str) else [given], SIDE)
        faults += wrong
        if picture is None or sound is None or not (mask or boxes):
            continue
        group, _, label = name.rpartition("_")
        samples.append(
            Sample(name, Moment(picture), Moment(sound), boxes, mask, group=group, label=label)
        )
    return LocalisationBenchmark("IS3", samples, len(rows), tuple(faults))


def _list_file(root: pathlib.Path) -> pathlib.Path:
    lists = []
    for path in sorted(root.glob("*.json")):
        try:
            rows = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        if isinstance(rows, list) and rows and isinstance(rows[0], dict) and "gt_box" in rows[0]:
            lists.append(path)
    if len(lists) != 1:
        raise BenchmarkError(
            f"{root} holds {len(lists)} JSON lists with gt_box, such as synthetic3240_bbox.json; "
            "exactly one is wanted"
        )
    return lists[0]
