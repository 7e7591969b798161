"""Flickr-SoundNet's annotated test pairs (Senocak et al., CVPR 2018), and SLAVC's extension."""

from __future__ import annotations

import pathlib
from xml.etree import ElementTree

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.boxes import usable_boxes
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.file_finder import (
    PICTURES,
    SOUNDS,
    FileFinder,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.silent_pairs import (
    silent_pairs,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    Fault,
    LocalisationBenchmark,
    Moment,
    Sample,
)

_PIXELS = 256
"""Side of the frames that were annotated."""
_CONSENSUS = 0.5
"""Weight of one annotator: what two marked counts wholly."""
_LISTS = ("flickr_test.csv", "test_flickr_249.txt")


def read_flickr_soundnet(root: pathlib.Path) -> LocalisationBenchmark:
    """Reads `Annotations/ID.xml`, `frames/ID.jpg` and `audio/ID.wav`, or the authors' `5k_labeled/`.

    The pairs are those of `flickr_test.csv` or `test_flickr_249.txt` where one is there, else all
    that are annotated. `flickr_test_plus_silent.csv` adds pairs in which nothing sounds.

    Raises:
        BenchmarkError: there are no annotations.
    """
    annotations = {path.stem: path for path in sorted(root.rglob("Annotations/*.xml"))}
    if not annotations:
        raise BenchmarkError(f"{root} holds no Annotations/*.xml")
    listed = next((root / name for name in _LISTS if (root / name).is_file()), None)
    names = list(annotations) if listed is None else _listed(listed)
    pictures, sounds = FileFinder([root], PICTURES), FileFinder([root], SOUNDS)
    samples, faults = [], []
    for name in names:
        picture, sound = pictures(name), sounds(name)
        if name not in annotations or picture is None or sound is None:
            continue  # counted as not found
        try:
            marked = _boxes(annotations[name])
        except ElementTree.ParseError as error:
            faults.append(Fault(name, "annotation_unreadable", str(error)))
            continue
        boxes, wrong = usable_boxes(name, marked, _PIXELS)
        faults += wrong
        if boxes:
            samples.append(
                Sample(
                    name, Moment(picture), Moment(sound), boxes, consensus=_CONSENSUS, group=name
                )
            )
    silent = silent_pairs(root, "flickr_test_plus_silent.csv", pictures, sounds)
    return LocalisationBenchmark(
        "Flickr-SoundNet", (*samples, *silent.samples), len(names) + silent.listed, tuple(faults)
    )


def _listed(path: pathlib.Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [line.split(",")[0].strip() for line in lines if line.strip()]


def _boxes(path: pathlib.Path) -> list[list[str]]:
    """Of every `bbox` element the last four of its five children."""
    return [
        [child.text or "" for child in box][-4:] for box in ElementTree.parse(path).iter("bbox")
    ]
