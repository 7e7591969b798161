"""Measures retrieval, without a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tfx import types

from objects_that_sound.components.evaluation.blessing import Decision, decide
from objects_that_sound.components.evaluation.estimate import confidence_and_change
from objects_that_sound.components.evaluation.estimate_all import estimate_all
from objects_that_sound.components.evaluation.label_tree import LabelTree
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.evaluation.write_metrics import write_metrics
from objects_that_sound.components.retrieval_evaluator.embed import embed
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.retrieval_scores import (
    DirectionScores,
    retrieval_statistics,
    score_retrieval,
)
from objects_that_sound.components.retrieval_evaluator.write_neighbours import write_neighbours


def evaluate_retrieval(
    folder: str,
    artifacts: Sequence[types.Artifact],
    model: SavedModel,
    baseline_model: SavedModel | None = None,
    *,
    thresholds: Sequence[Threshold] = (),
    label_tree: str = "",
    k: int = 30,
    split: str = "eval",
    batch_size: int = 32,
) -> list[Decision]:
    """Writes retrieval's figures and the neighbours to show (see `RetrievalEvaluator`).

    Args:
        folder: of the Evaluation.
        artifacts: of type Examples.
        model: with signatures `embed_image` and `embed_audio`.
        baseline_model: to compare with; likewise.
        thresholds: on the metrics of `retrieval_statistics`.
        label_tree: path of a tree of the labels (see `LabelTree.from_json`); "" for flat labels.
        k: how many of the first ranks count in nDCG.
        split: name of the split to embed.
        batch_size: examples a call of the model.

    Returns:
        What came of the thresholds.

    Raises:
        ValueError: an embedding is not finite, the split is empty, or the tree is none of the
            labels'.
    """
    tree = LabelTree.from_json(label_tree) if label_tree else LabelTree.flat()
    examples = embed(model, artifacts, split, batch_size, "model").labelled()
    unknown = _labels_not_in_tree(examples, tree) if label_tree else []
    gallery = Gallery(examples, tree)
    scores = score_retrieval(examples, gallery, k)
    baseline = None
    if baseline_model is not None:
        others = embed(baseline_model, artifacts, split, batch_size, "baseline").labelled()
        baseline = retrieval_statistics(score_retrieval(others, gallery, k))
    estimates, changes = estimate_all(retrieval_statistics(scores), baseline, examples.groups)
    directions = {name: _figures(one) for name, one in scores.items()}
    metrics = {
        "relevance": gallery.kind,
        "k": k,
        "label_tree": bool(label_tree) and gallery.kind == "label",
        "labels_not_in_tree": unknown,
        "num_items": len(examples),
        "num_queries": max(figures["num_queries"] for figures in directions.values()),
        **directions,
        **confidence_and_change(estimates, changes),
    }
    write_metrics(folder, metrics)
    write_neighbours(folder, examples, gallery, artifacts, split)
    missing = {name: "no query has a relevant item" for name in retrieval_statistics(scores)}
    return decide(thresholds, estimates, changes, missing)


def _labels_not_in_tree(examples: EmbeddedExamples, tree: LabelTree) -> list[str]:
    labels = {label for own in examples.label_sets for label in own}
    unknown = sorted(label for label in labels if label not in tree)
    if unknown and len(unknown) == len(labels):
        raise ValueError(
            f"none of the examples' {len(labels)} labels is an id or a name in the label tree, for "
            f"example {unknown[0]!r}: is it the tree of these labels?"
        )
    return unknown


def _figures(scores: DirectionScores) -> dict[str, Any]:
    """The means over the queries that have something to find; None where none has."""

    def mean(values: np.ndarray) -> float | None:
        there = values[~np.isnan(values)]
        return float(there.mean()) if len(there) else None

    return {
        "ndcg": mean(scores.ndcg),
        "chance": mean(scores.chance),
        "recall": {str(k): mean(values) for k, values in scores.recall.items()},
        "recall_chance": {str(k): mean(values) for k, values in scores.recall_chance.items()},
        "num_queries": int(np.count_nonzero(~np.isnan(scores.ndcg))),
    }
