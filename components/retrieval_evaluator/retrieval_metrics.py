"""nDCG@k in four directions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from components.evaluation.ndcg import expected_ndcg_at_k, ndcg_at_k
from components.retrieval_evaluator.embedded_examples import EmbeddedExamples

DIRECTIONS = (
    ("image", "image"),
    ("image", "audio"),
    ("audio", "image"),
    ("audio", "audio"),
)
"""Modalities of the query and of the gallery."""

_QUERIES_AT_ONCE = 256
"""Bounds the memory of the tables of queries and gallery."""


def retrieval_metrics(examples: EmbeddedExamples, k: int) -> dict[str, Any]:
    """Ranks galleries by Euclidean distance and scores the rankings.

    Args:
        examples: the split; where relevance is by label, examples without one are left out.
        k: how many of the first ranks count.

    Returns:
        What `metrics.json` holds (see `RetrievalEvaluator`); `ndcg` and `chance` are None where
        no query has a relevant item.
    """
    kind = examples.relevance_kind()
    if kind == "label":
        examples = examples.select(examples.labels != "")
    directions = {
        f"{query}_{gallery}": _direction(examples, query, gallery, kind, k)
        for query, gallery in DIRECTIONS
    }
    return {
        "relevance": kind,
        "k": k,
        "num_items": len(examples),
        "num_queries": max(figures["num_queries"] for figures in directions.values()),
        **directions,
    }


def gallery_masks(
    examples: EmbeddedExamples, queries: np.ndarray, same_modality: bool, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Tells which items of the gallery are relevant to each query, and which are there at all.

    Args:
        examples: the split, n examples.
        queries: int[q], rows of the queries.
        same_modality: query and gallery are of one modality.
        kind: "label" or "video".

    Returns:
        bool[q, n] relevance and bool[q, n] candidates.
    """
    if kind == "label":
        relevance = examples.labels[queries, None] == examples.labels
        candidates = examples.groups[queries, None] != examples.groups
    else:
        relevance = examples.videos[queries, None] == examples.videos
        candidates = np.ones(relevance.shape, bool)
        if same_modality:
            candidates[np.arange(len(queries)), queries] = False
    return relevance, candidates


def _direction(
    examples: EmbeddedExamples, query: str, gallery: str, kind: str, k: int
) -> dict[str, Any]:
    ndcg, chance = [], []
    for start in range(0, len(examples), _QUERIES_AT_ONCE):
        rows = np.arange(start, min(start + _QUERIES_AT_ONCE, len(examples)))
        relevance, candidates = gallery_masks(examples, rows, query == gallery, kind)
        distance = cdist(getattr(examples, query)[rows], getattr(examples, gallery))
        ndcg.append(ndcg_at_k(relevance, -distance, k, candidates))
        chance.append(expected_ndcg_at_k(relevance, k, candidates))
    scores = np.concatenate(ndcg)
    expected = np.concatenate(chance)
    scored = ~np.isnan(scores)
    if not scored.any():
        return {"ndcg": None, "chance": None, "num_queries": 0}
    return {
        "ndcg": float(scores[scored].mean()),
        "chance": float(expected[scored].mean()),
        "num_queries": int(scored.sum()),
    }
