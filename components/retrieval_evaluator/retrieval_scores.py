"""Scores every query in four directions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.measure import mean_of
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.evaluator import (
    DIRECTIONS,
    NDCG,
    OVER_CHANCE,
    RECALL,
    RECALL_AT,
)
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery
from objects_that_sound.components.retrieval_evaluator.ndcg import expected_ndcg_at_k, ndcg_at_k
from objects_that_sound.components.retrieval_evaluator.recall import (
    expected_recall_at_k,
    recall_at_k,
)

_QUERIES_AT_ONCE = 256
"""Bounds the memory of the tables of queries and gallery."""


class DirectionScores(NamedTuple):
    """Figures of each of n queries; NaN where it has nothing to find.

    Attributes:
        ndcg: float[n], nDCG@k.
        chance: float[n], its exact expectation under a random ranking.
        recall: by k, float[n], recall at k.
        recall_chance: by k, float[n], its exact expectation.
    """

    ndcg: np.ndarray
    chance: np.ndarray
    recall: dict[int, np.ndarray]
    recall_chance: dict[int, np.ndarray]


def score_retrieval(
    examples: EmbeddedExamples, gallery: Gallery, k: int, directions: Iterable[str] = DIRECTIONS
) -> dict[str, DirectionScores]:
    """Ranks the gallery by Euclidean distance from every query and scores the rankings.

    Args:
        examples: the queries and their embeddings.
        gallery: of the same examples.
        k: how many of the first ranks count in nDCG.
        directions: those of `DIRECTIONS` that are asked for.

    Returns:
        By direction.
    """
    return {direction: _score(examples, gallery, direction, k) for direction in directions}


def retrieval_statistics(scores: dict[str, DirectionScores]) -> dict[str, Statistic]:
    """Makes the statistics of the queries by name of the metric."""
    statistics = {}
    for direction, figures in scores.items():
        statistics[NDCG[direction].name] = mean_of(figures.ndcg)
        statistics[OVER_CHANCE[direction].name] = mean_of(figures.ndcg - figures.chance)
        for k, recall in figures.recall.items():
            statistics[RECALL[direction, k].name] = mean_of(recall)
    return statistics


def retrieval_chance(scores: dict[str, DirectionScores]) -> dict[str, float]:
    """Computes what a random ranking is expected to reach, by name of the metric.

    Returns:
        Means over the queries that have something to find; NaN where none has.
    """
    chance = {}
    for direction, figures in scores.items():
        every = np.arange(len(figures.chance))
        chance[NDCG[direction].name] = mean_of(figures.chance)(every)
        chance[OVER_CHANCE[direction].name] = 0.0
        for k, expected in figures.recall_chance.items():
            chance[RECALL[direction, k].name] = mean_of(expected)(every)
    return chance


def _score(examples: EmbeddedExamples, gallery: Gallery, direction: str, k: int) -> DirectionScores:
    query, sought = direction.split("_")
    parts = []
    for start in range(0, len(examples), _QUERIES_AT_ONCE):
        rows = np.arange(start, min(start + _QUERIES_AT_ONCE, len(examples)))
        gains, right = gallery.gains(rows), gallery.right(rows)
        candidates = gallery.candidates(rows, query == sought)
        scores = -cdist(getattr(examples, query)[rows], getattr(examples, sought))
        parts.append(
            [
                ndcg_at_k(gains, scores, k, candidates),
                expected_ndcg_at_k(gains, k, candidates),
                *(recall_at_k(right, scores, n, candidates) for n in RECALL_AT),
                *(expected_recall_at_k(right, n, candidates) for n in RECALL_AT),
            ]
        )
    ndcg, chance, *recalls = np.concatenate(parts, axis=1)  # each [n]
    found, expected = recalls[: len(RECALL_AT)], recalls[len(RECALL_AT) :]
    return DirectionScores(
        ndcg,
        chance,
        dict(zip(RECALL_AT, found, strict=True)),
        dict(zip(RECALL_AT, expected, strict=True)),
    )
