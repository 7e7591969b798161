"""How well one kind of features tells the classes apart."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Row:
    """One kind of features, classified: a row of the table.

    Attributes:
        name: name for people.
        right: of each clip, the share of classifiers (one, or one a random network) that name its
            class; NaN for clips that no fold tests.
        predicted: classes by the (first) classifier.
        strengths: of the (first) classifier, by fold; see `classifier.STRENGTHS`.
        by_seed: accuracy of each random network; empty for others.
    """

    name: str
    right: np.ndarray
    predicted: np.ndarray
    strengths: tuple[float, ...]
    by_seed: tuple[float, ...] = ()
