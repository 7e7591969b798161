"""The classes of objects."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from objects_that_sound.components.generated_videos import looks, timbres
from objects_that_sound.components.generated_videos.palette import Palette
from objects_that_sound.components.generated_videos.pen import Pen


@dataclasses.dataclass(frozen=True)
class ObjectClass:
    """A kind of object: how it looks and how it sounds.

    Attributes:
        label: its name in the annotations.
        draw: draws one object of the class (`looks`).
        sound: makes its sound from samples, sample rate and pitch (`timbres`).
    """

    label: str
    draw: Callable[[Pen, Palette, np.random.Generator], None]
    sound: Callable[[int, int, float, np.random.Generator], np.ndarray]


_LABELS = (
    *("bell", "drum", "guitar", "bird", "fan", "bee"),
    *("clock", "radio", "maraca", "gear", "cloud", "organ"),
)

CLASSES = {
    label: ObjectClass(label, getattr(looks, label), getattr(timbres, label)) for label in _LABELS
}
"""All classes, by label."""
