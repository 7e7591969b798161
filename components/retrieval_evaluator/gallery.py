"""What a query is to find, and where it looks for it."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.retrieval_evaluator.embedded_examples import EmbeddedExamples
from objects_that_sound.components.retrieval_evaluator.graded_relevance import GradedRelevance
from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree


class Gallery:
    """The items that examples as queries are ranked against, and their relevance.

    By class, where the classes of all examples are known: relevance is graded by the classes' tree,
    right are items that share a class with the query, and the gallery holds no item of the query's
    own group of videos. By video otherwise: relevant and right are the items of the query's own
    video, and the gallery holds everything but, within a modality, the query itself.

    Attributes:
        kind: "label" or "video".
        basis: the same for people: "by class", "by class tree" or "by video".
    """

    def __init__(self, examples: EmbeddedExamples, tree: LabelTree):
        """Prepares the relevance.

        Args:
            examples: the n examples, all of them with classes or none.
            tree: of the classes.
        """
        self._examples = examples
        labelled = len(examples) > 0 and all(examples.label_sets)
        self._graded = GradedRelevance(list(examples.label_sets), tree) if labelled else None
        self.kind = "label" if labelled else "video"
        self.basis = "by video" if not labelled else "by class" if tree.is_flat else "by class tree"

    def gains(self, rows: np.ndarray) -> np.ndarray:
        """Tells how relevant all items are to some queries, float[rows, n] in 0..1."""
        if self._graded is None:
            return self.right(rows).astype(float)
        return self._graded.gains(rows)

    def right(self, rows: np.ndarray) -> np.ndarray:
        """Tells which items are right answers to some queries, bool[rows, n]."""
        if self._graded is None:
            return self._examples.videos[rows, None] == self._examples.videos
        return self._graded.shares_a_class(rows)

    def candidates(self, rows: np.ndarray, same_modality: bool) -> np.ndarray:
        """Tells which items some queries look for answers among, bool[rows, n]."""
        if self._graded is not None:
            return self._examples.groups[rows, None] != self._examples.groups
        candidates = np.ones((len(rows), len(self._examples)), bool)
        if same_modality:
            candidates[np.arange(len(rows)), rows] = False
        return candidates
