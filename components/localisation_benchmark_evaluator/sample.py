"""A picture, a sound, and where in the picture it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

SIDE = 224
"""Pixels of a side of all maps that are compared: pictures are stretched to a square."""

Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in 0..1 of the whole picture, as the benchmarks write them."""


@dataclasses.dataclass(frozen=True)
class Moment:
    """A moment of a video file, or of a sound file.

    Attributes:
        path: path of the file.
        time: seconds of its timeline; None for the middle.
    """

    path: str
    time: float | None = None


@dataclasses.dataclass(frozen=True)
class Sample:
    """One question of a benchmark: where in this picture does this sound come from?

    Attributes:
        name: name that the benchmark knows it by.
        picture: an image file, or a moment of a video.
        sound: a sound file or a video; its second around the moment is heard.
        boxes: boxes of what sounds, each of one annotator or object.
        mask: path of a picture whose pixels above 0 are what sounds; instead of boxes.
        consensus: weight of one annotator's box: a pixel that several boxes hold counts the sum, at
            most 1. Boxes of several objects weigh 1.
        group: name of the picture, which several samples with different sounds may share.
        scene: name of the video, of which several samples show that other things sound at other
            times; "" where there is but one.
        label: class of the sound; "" where it is not known.
        sounds: False for a sample in whose picture nothing makes the sound.
    """

    name: str
    picture: Moment
    sound: Moment
    boxes: tuple[Box, ...] = ()
    mask: str = ""
    consensus: float = 1.0
    group: str = ""
    scene: str = ""
    label: str = ""
    sounds: bool = True


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something in a benchmark that could not be taken as it is.

    Attributes:
        name: name of the sample.
        reason: kind of the fault, such as `box_outside`.
        detail: what was found, for people.
    """

    name: str
    reason: str
    detail: str


@dataclasses.dataclass(frozen=True)
class LocalisationBenchmark:
    """What a benchmark's folder holds.

    Attributes:
        name: name of the benchmark.
        samples: all samples that its lists name and whose annotation can be used.
        listed: number of samples that its lists name.
        faults: annotations that were mended or left out.
    """

    name: str
    samples: Sequence[Sample]
    listed: int
    faults: Sequence[Fault] = ()
