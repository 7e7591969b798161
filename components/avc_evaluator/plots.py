"""Pictures of a model's scores."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from objects_that_sound.components.avc_evaluator.avc_statistics import DECISION
from objects_that_sound.components.evaluation.write_figure import write_figure

_BINS = 40
_SIZE = (5.0, 3.6)
_NAMES = {"model": "model", "baseline_model": "baseline model"}


def write_score_histogram(path: str, corresponds: np.ndarray, scores: np.ndarray) -> None:
    """Draws how often each score is given to pairs of both kinds.

    Args:
        path: PNG to write.
        corresponds: bool[n].
        scores: float[n] in 0..1.
    """
    figure = Figure(_SIZE, layout="constrained")
    axes = figure.subplots()
    bins = np.linspace(0, 1, _BINS + 1).tolist()
    for kind, colour, name in ((True, "C0", "corresponding"), (False, "C1", "mismatched")):
        axes.hist(scores[corresponds == kind], bins, alpha=0.6, color=colour, label=f"{name} pairs")
    axes.axvline(DECISION, color="0.3", linestyle=":", label="decision")
    axes.set(xlabel="score", ylabel="pairs", xlim=(0, 1))
    axes.legend()
    write_figure(path, figure)


def write_roc(path: str, corresponds: np.ndarray, scores: dict[str, np.ndarray]) -> None:
    """Draws the receiver operating characteristic of each model.

    Args:
        path: PNG to write.
        corresponds: bool[n].
        scores: by model, float[n].
    """
    figure = Figure(_SIZE, layout="constrained")
    axes = figure.subplots()
    for name, values in scores.items():
        false_positives, true_positives, _ = roc_curve(corresponds, values)
        style = "-" if name == "model" else "--"
        axes.plot(false_positives, true_positives, style, label=_NAMES[name])
    axes.plot([0, 1], [0, 1], ":", color="0.5", label="chance")
    axes.set(
        xlabel="mismatched pairs taken for corresponding",
        ylabel="corresponding pairs found",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend()
    write_figure(path, figure)
