"""How relevant examples are to each other, by their classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree


class GradedRelevance:
    """The relevance of examples that have one class or several.

    The relevance of two sets of classes is the best-match average: every class of either set is
    matched with the most similar one of the other; the mean similarity within each set, and then of
    the two sets. For single flat classes that is 1 or 0; 1 for any two equal sets.
    """

    def __init__(self, label_sets: Sequence[tuple[str, ...]], tree: LabelTree):
        """Prepares the tables.

        Args:
            label_sets: of n examples, each with one class at least.
            tree: of the classes.

        Raises:
            ValueError: an example has no class.
        """
        sets = [tuple(sorted(set(labels))) for labels in label_sets]
        if not all(sets):
            raise ValueError("an example without a class has no relevance")
        kinds = sorted(set(sets))
        classes = sorted({label for kind in kinds for label in kind})
        number = {label: row for row, label in enumerate(classes)}
        members = [[number[label] for label in kind] for kind in kinds]
        place = {kind: row for row, kind in enumerate(kinds)}
        self._kind = np.array([place[labels] for labels in sets], int)  # [n]
        self._share = np.zeros((len(kinds), len(classes)))  # [kinds, classes], rows add up to 1
        for row, kind in enumerate(members):
            self._share[row, kind] = 1 / len(kind)
        similarity = tree.similarity(classes)
        # [kinds, classes]: how similar each class is to the nearest of each kind's classes.
        self._nearest = np.array([similarity[kind].max(axis=0) for kind in members])

    def gains(self, rows: np.ndarray) -> np.ndarray:
        """Computes the relevance of all examples to some, float64[rows, n] in 0..1."""
        kinds, of_row = np.unique(self._kind[rows], return_inverse=True)
        there = self._share[kinds] @ self._nearest.T  # [kinds of the rows, kinds]
        back = self._nearest[kinds] @ self._share.T
        return ((there + back) / 2)[of_row][:, self._kind]

    def shares_a_class(self, rows: np.ndarray) -> np.ndarray:
        """Tells which examples have a class in common with some, bool[rows, n]."""
        kinds, of_row = np.unique(self._kind[rows], return_inverse=True)
        common = self._share[kinds] @ self._share.T > 0
        return common[of_row][:, self._kind]
