"""Pictures of localisation's figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from objects_that_sound.components.localisation_evaluator.firing import firing_rate
from objects_that_sound.components.localisation_evaluator.map_scores import (
    SUCCESS,
    SUCCESS_THRESHOLDS,
)

_BINS = np.linspace(0.0, 1.0, 51)


def success_curve(overlaps: Mapping[str, np.ndarray]) -> Figure:
    """Draws the share of frames whose overlap with the box reaches a threshold.

    Args:
        overlaps: by what made the maps, float[n]; drawn in this order.
    """
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, values in overlaps.items():
        shares = (values[:, None] >= SUCCESS_THRESHOLDS).mean(axis=0)
        success = np.mean(values >= SUCCESS)
        axes.plot(SUCCESS_THRESHOLDS, shares, label=f"{name}: cIoU {success:.3f}")
    axes.axvline(SUCCESS, color="grey", linestyle=":", linewidth=1)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="overlap of map and box (intersection over union) of at least",
        ylabel="share of frames",
    )
    axes.legend(frameon=False)
    return figure


def score_distributions(scores: Mapping[str, np.ndarray], threshold: float) -> Figure:
    """Draws the distributions of scores, one kind of sound under another.

    Args:
        scores: by kind of sound, float[n] in 0..1, NaN where there is none.
        threshold: the universal one.
    """
    figure = Figure(figsize=(6.4, 1.0 + 1.0 * len(scores)), layout="constrained")
    rows = figure.subplots(len(scores), 1, sharex=True, squeeze=False)[:, 0]
    for number, (axes, (name, values)) in enumerate(zip(rows, scores.items(), strict=True)):
        there = values[~np.isnan(values)]
        axes.hist(there, _BINS, weights=np.full(len(there), 1 / len(there)), color=f"C{number}")
        axes.axvline(threshold, color="black", linewidth=1)
        axes.set_ylabel(name.replace("_", " "), rotation=0, ha="right", va="center")
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.text(
            1.01,
            0.5,
            f"fires: {firing_rate(values, threshold):.1%}",
            transform=axes.transAxes,
            va="center",
        )
    rows[-1].set(xlim=(0, 1), xlabel=f"score (line: the universal threshold, {threshold:.3f})")
    return figure
