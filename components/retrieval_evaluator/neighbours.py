"""The nearest neighbours that the report shows."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.spatial.distance import cdist

from objects_that_sound.components.evaluation.choose_varied import choose_varied
from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.gallery import Gallery


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """One found item: its row, its Euclidean distance, and whether it is right."""

    row: int
    distance: float
    relevant: bool


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """A query's row and its nearest items of the other modality, nearest first."""

    query: int
    nearest: tuple[Neighbour, ...]


def nearest_neighbours(
    examples: EmbeddedExamples,
    gallery: Gallery,
    query: str,
    sought: str,
    num_queries: int,
    num_nearest: int,
) -> list[Neighbours]:
    """Finds the nearest items of a few varied queries, at most one of each video.

    Args:
        examples: the split.
        gallery: of these examples.
        query: modality of the queries, "image" or "audio".
        sought: modality of the neighbours, likewise.
        num_queries: how many queries at most, of different classes and groups if there are.
        num_nearest: how many neighbours of each at most.

    Returns:
        The queries with their neighbours.
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
    right, candidates = gallery.right(rows), gallery.candidates(rows, query == sought)
    distance = cdist(getattr(examples, query)[rows], getattr(examples, sought))
    found = []
    for i, row in enumerate(rows):
        nearest: list[Neighbour] = []
        videos = set()
        for j in np.argsort(distance[i], kind="stable"):
            if candidates[i, j] and examples.videos[j] not in videos:
                videos.add(examples.videos[j])
                nearest.append(Neighbour(int(j), float(distance[i, j]), bool(right[i, j])))
            if len(nearest) == num_nearest:
                break
        found.append(Neighbours(int(row), tuple(nearest)))
    return found
