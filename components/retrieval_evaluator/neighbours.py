"""The nearest neighbours that the report shows."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.spatial.distance import cdist

from components.evaluation.choose_varied import choose_varied
from components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from components.retrieval_evaluator.retrieval_metrics import gallery_masks


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """One found item: its row, its Euclidean distance, and whether it is relevant."""

    row: int
    distance: float
    relevant: bool


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """A query's row and its nearest items of the other modality, nearest first."""

    query: int
    nearest: tuple[Neighbour, ...]


def nearest_neighbours(
    examples: EmbeddedExamples, query: str, gallery: str, num_queries: int, num_nearest: int
) -> list[Neighbours]:
    """Finds the nearest items of a few varied queries, at most one of each video.

    Args:
        examples: the split.
        query: "image" or "audio".
        gallery: "image" or "audio".
        num_queries: how many queries at most, of different classes and groups if there are.
        num_nearest: how many neighbours of each at most.

    Returns:
        The queries with their neighbours; the gallery is that of `retrieval_metrics`.
    """
    rows = np.array(
        choose_varied(
            examples.keys.tolist(),
            examples.labels.tolist(),
            examples.groups.tolist(),
            num_queries,
            query,
        ),
        int,
    )
    relevance, candidates = gallery_masks(
        examples, rows, query == gallery, examples.relevance_kind()
    )
    distance = cdist(getattr(examples, query)[rows], getattr(examples, gallery))
    found = []
    for i, row in enumerate(rows):
        nearest: list[Neighbour] = []
        videos = set()
        for j in np.argsort(distance[i], kind="stable"):
            if candidates[i, j] and examples.videos[j] not in videos:
                videos.add(examples.videos[j])
                nearest.append(Neighbour(int(j), float(distance[i, j]), bool(relevance[i, j])))
            if len(nearest) == num_nearest:
                break
        found.append(Neighbours(int(row), tuple(nearest)))
    return found
