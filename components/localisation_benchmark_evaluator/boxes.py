"""Boxes as benchmarks write them: some lie outside the picture, are empty, or inverted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from objects_that_sound.components.localisation_benchmark_evaluator.sample import Box, Fault

OUTSIDE, EMPTY, NOT_A_BOX = "box_outside", "box_empty", "not_a_box"


def usable_boxes(
    name: str, boxes: Iterable[Sequence[float | str]], scale: float = 1.0
) -> tuple[tuple[Box, ...], list[Fault]]:
    """Clips boxes to the picture, and leaves out those that hold nothing.

    Args:
        name: name of the sample, for the faults.
        boxes: each xmin, ymin, xmax, ymax.
        scale: value of a coordinate at the right or lower edge.

    Returns:
        The boxes in 0..1, and what was wrong with some.
    """
    usable: list[Box] = []
    faults: list[Fault] = []
    for box in boxes:
        try:
            values = [float(value) / scale for value in box]
        except (TypeError, ValueError):
            values = []
        if len(values) != 4 or not all(map(math.isfinite, values)):
            faults.append(Fault(name, NOT_A_BOX, f"{box!r} is not four numbers"))
            continue
        x0, y0, x1, y1 = (min(max(value, 0.0), 1.0) for value in values)
        if x1 <= x0 or y1 <= y0:
            faults.append(Fault(name, EMPTY, f"{list(box)} is empty or inverted, and left out"))
            continue
        if [x0, y0, x1, y1] != values:
            faults.append(Fault(name, OUTSIDE, f"{list(box)} is cut at the picture's edge"))
        usable.append((x0, y0, x1, y1))
    return tuple(usable), faults
