"""Measures retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from objects_that_sound.components.baseline_evaluator.beside import with_baselines
from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import measure
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.retrieval_evaluator.embed import embed
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.evaluator import RETRIEVAL, RetrievalOptions
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree
from objects_that_sound.components.retrieval_evaluator.retrieval_scores import (
    DirectionScores,
    retrieval_chance,
    retrieval_statistics,
    score_retrieval,
)
from objects_that_sound.components.retrieval_evaluator.write_neighbours import write_neighbours

_NO_QUERY = "no query has a relevant item"


def evaluate_retrieval(
    model: str,
    baseline_model: str | None = None,
    *,
    examples: Sequence[str],
    baselines: str | None = None,
    options: RetrievalOptions,
    folder: str,
) -> EvaluationResult:
    """Measures nDCG@k and recall in four directions ("Objects that Sound", section 3.4).

    Each example's frame and sound are embedded; every frame and every sound is a query among all
    frames and among all sounds (see `Gallery`), ranked by Euclidean distance. Items at the same
    distance count as in random order. Recall at k is the share of queries with a right item among
    the first k. Intervals are by groups of videos.

    Args:
        model: path of a model with the signatures `embed_image` and `embed_audio`; see
            `saved_model_path`.
        baseline_model: path of the latest blessed model; None if there is none.
        examples: folders of Examples.
        baselines: folder of BaselineEvaluator's result on the same examples; its figures stand
            beside nDCG.
        options: how to measure.
        folder: folder that gets `neighbours.json` with the media of some queries and of their
            nearest neighbours across modalities.

    Returns:
        The metrics. Details: `relevance` ("label" or "video"), `k`, `num_items`, `num_queries`
        (items that have a relevant one to find), `labels_not_in_tree`.

    Raises:
        ValueError: an embedding is not finite, the split is empty, or the tree is none of the
            labels'.
    """
    trained = SavedModel(model)
    tree = LabelTree.from_json(options.label_tree) if options.label_tree else LabelTree.flat()

    def embedded(one: SavedModel, what: str) -> EmbeddedExamples:
        return embed(one, examples, options.split, options.batch_size, what).labelled()

    items = embedded(trained, "model")
    unknown = _labels_not_in_tree(items, tree) if options.label_tree else []
    gallery = Gallery(items, tree)
    scores = score_retrieval(items, gallery, options.k)
    compared = None
    other = load_baseline_model(baseline_model, trained)
    if other is not None:
        others = embedded(other, "baseline")
        compared = retrieval_statistics(score_retrieval(others, gallery, options.k))
    metrics = measure(
        [metric.on(gallery.basis) for metric in RETRIEVAL.metrics],
        retrieval_statistics(scores),
        compared,
        items.groups,
        chance=retrieval_chance(scores),
        missing=dict.fromkeys((one.name for one in RETRIEVAL.metrics), _NO_QUERY),
    )
    write_neighbours(folder, items, gallery, examples, options.split)
    queries = _count_queries(scores)
    return EvaluationResult(
        RETRIEVAL.name,
        RETRIEVAL.title,
        with_baselines(metrics, baselines),
        notes=(
            _relevance_note(gallery, options),
            *([f"Not in the label tree: {', '.join(unknown)}."] if unknown else []),
            f"{queries} of {len(items)} items have something to find and are queries.",
            f"nDCG counts the first {options.k} ranks. Chance is exact.",
        ),
        details={
            "relevance": gallery.kind,
            "k": options.k,
            "num_items": len(items),
            "num_queries": queries,
            "labels_not_in_tree": unknown,
        },
    )


def _labels_not_in_tree(examples: EmbeddedExamples, tree: LabelTree) -> list[str]:
    labels = {label for own in examples.label_sets for label in own}
    unknown = sorted(label for label in labels if label not in tree)
    if unknown and len(unknown) == len(labels):
        raise ValueError(
            f"none of the examples' {len(labels)} labels is an id or a name in the label tree, for "
            f"example {unknown[0]!r}: is it the tree of these labels?"
        )
    return unknown


def _count_queries(scores: Mapping[str, DirectionScores]) -> int:
    return max(int(np.count_nonzero(~np.isnan(one.ndcg))) for one in scores.values())


def _relevance_note(gallery: Gallery, options: RetrievalOptions) -> str:
    if gallery.kind == "video":
        return "Relevant are items of the query's own video, as there are no classes to compare."
    how = "is graded by the label tree" if options.label_tree else "means to be of the same class"
    return f"Relevance {how}; items of the query's own group of videos are left out."
