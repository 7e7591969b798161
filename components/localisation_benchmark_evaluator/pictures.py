"""Pictures of what a model marked."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from objects_that_sound.components.localisation_benchmark_evaluator.look import Look
from objects_that_sound.components.localisation_benchmark_evaluator.usable_samples import (
    UsableSamples,
)
from objects_that_sound.components.localisation_evaluator.overlay import draw_overlay

_COLUMNS = 4


def best_and_worst(
    data: UsableSamples, looks: Sequence[Look | None], rows: Sequence[int], titles: Sequence[str]
) -> Figure:
    """Draws maps over their pictures, with the first box of each.

    Args:
        data: the samples.
        looks: map of each sample.
        rows: samples to show, in this order.
        titles: title of each.
    """
    lines = max(1, -(-len(rows) // _COLUMNS))
    figure = Figure(figsize=(10, 2.6 * lines), layout="constrained")
    grid = figure.subplots(lines, _COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, row, title in zip(grid.flat, rows, titles, strict=False):
        picture, one = data.media[row].picture, looks[row]
        if one is None:
            continue
        if isinstance(picture, list):
            picture = picture[len(picture) // 2]
        boxes = data.samples[row].boxes
        box = (boxes[0][1], boxes[0][0], boxes[0][3], boxes[0][2]) if boxes else None
        scale = max(float(one.heatmap.max()), 0.2)
        axes.imshow(draw_overlay(picture, one.heatmap, one.crop_box, box, scale))
        axes.set_title(title, fontsize=8)
    return figure
