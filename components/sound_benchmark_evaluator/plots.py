"""Pictures of a classifier's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from objects_that_sound.components.evaluation.write_figure import write_figure


def write_confusion(path: str, classes: Sequence[str], counts: np.ndarray, title: str) -> None:
    """Draws a confusion matrix.

    Args:
        path: PNG to write.
        classes: names.
        counts: int[true classes, predicted classes].
        title: what it is of.
    """
    size = max(4.5, 0.28 * len(classes) + 2.0)
    figure = Figure((size, size), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=7,
            color="white" if shares[row, column] > 0.5 else "black",
        )
    axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=8)
    axes.set_yticks(range(len(classes)), classes, fontsize=8)
    axes.set(xlabel="predicted", ylabel="true", title=title)
    write_figure(path, figure)


def write_class_accuracies(
    path: str, classes: Sequence[str], accuracies: Mapping[str, np.ndarray]
) -> None:
    """Draws each class's accuracy.

    Args:
        path: PNG to write.
        classes: names.
        accuracies: by name of a row, float[classes]; NaN for a class that has no clip.
    """
    figure = Figure((5.5, max(3.0, 0.3 * len(classes) + 1.2)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(classes))
    for i, (name, values) in enumerate(accuracies.items()):
        axes.plot(values, places, "osD^v"[i % 5], label=name, alpha=0.8, markersize=6)
    axes.set_yticks(places, classes, fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="accuracy", xlim=(-0.02, 1.02))
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=2, fontsize=8)
    write_figure(path, figure)
