"""Measures audio-visual correspondence, without a pipeline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from tfx import types

from objects_that_sound.components.avc_evaluator.avc_statistics import (
    ACCURACY,
    AUC,
    DECISION,
    avc_statistics,
)
from objects_that_sound.components.avc_evaluator.plots import write_roc, write_score_histogram
from objects_that_sound.components.avc_evaluator.scored_pairs import ScoredPairs, score_pairs
from objects_that_sound.components.evaluation.blessing import Decision, decide
from objects_that_sound.components.evaluation.bootstrap import bootstrap
from objects_that_sound.components.evaluation.estimate import confidence_and_change
from objects_that_sound.components.evaluation.estimate_all import estimate_all
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.evaluation.write_metrics import write_metrics

HISTOGRAM_FILE = "scores.png"
ROC_FILE = "roc.png"


def evaluate_avc(
    folder: str,
    pairs: types.Artifact,
    model: SavedModel,
    baseline_model: SavedModel | None = None,
    *,
    thresholds: Sequence[Threshold] = (),
    batch_size: int = 32,
) -> list[Decision]:
    """Writes AVC's figures and pictures (see `AvcEvaluator`).

    Args:
        folder: of the Evaluation.
        pairs: Examples made by AvcPairGen.
        model: with the signature `score_examples`.
        baseline_model: to compare with; likewise.
        thresholds: on `avc_accuracy` and `avc_auc`.
        batch_size: pairs a call of a model.

    Returns:
        What came of the thresholds.

    Raises:
        ValueError: there are no pairs of both kinds, or a score is not finite.
    """
    models = {"model": model}
    if baseline_model is not None:
        models["baseline_model"] = baseline_model
    scored = score_pairs(pairs, models, batch_size)
    statistics = {
        name: avc_statistics(scored.corresponds, scores) for name, scores in scored.scores.items()
    }
    estimates, changes = estimate_all(
        statistics["model"], statistics.get("baseline_model"), scored.groups
    )
    scores = scored.scores["model"]
    right = (scores > DECISION) == scored.corresponds
    metrics = {
        ACCURACY: estimates[ACCURACY].value,
        AUC: estimates[AUC].value,
        "accuracy_corresponding": float(right[scored.corresponds].mean()),
        "accuracy_mismatched": float(right[~scored.corresponds].mean()),
        "num_pairs": len(scores),
        "num_groups": len(set(scored.groups)),
        "by_class": _by_class(scored),
        **confidence_and_change(estimates, changes),
    }
    write_metrics(folder, metrics)
    write_score_histogram(os.path.join(folder, HISTOGRAM_FILE), scored.corresponds, scores)
    write_roc(os.path.join(folder, ROC_FILE), scored.corresponds, scored.scores)
    return decide(thresholds, estimates, changes)


def _by_class(scored: ScoredPairs) -> dict[str, dict[str, Any]]:
    """Accuracy by the class of what sounds in the image's video."""
    found = {}
    for label in sorted(set(scored.labels) - {""}):
        rows = np.flatnonzero(scored.labels == label)
        statistics = avc_statistics(scored.corresponds[rows], scored.scores["model"][rows])
        # Every frame is in a pair of both kinds, so the accuracy is defined for each class.
        groups = [scored.groups[row] for row in rows]
        estimate = bootstrap(statistics[ACCURACY], groups).to_json()
        found[str(label)] = {"accuracy": estimate.pop("value"), **estimate, "num_pairs": len(rows)}
    return found
