"""Recall at k: is anything right among the first k?"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln


def recall_at_k(
    relevant: np.ndarray, scores: np.ndarray, k: int, candidates: np.ndarray | None = None
) -> np.ndarray:
    """Computes for each query whether a relevant item is among the first k.

    Its mean is the R@k of cross-modal retrieval. Where the k-th rank is tied it is the
    probability over all orders of the tied items (hypergeometric), so equal scores for all items
    give exactly the chance value.

    Args:
        relevant: bool[queries, items].
        scores: float[queries, items], higher is ranked earlier.
        k: how many of the first ranks count.
        candidates: bool[queries, items], False for items that are not in a query's gallery; None
            for all.

    Returns:
        float64[queries] in 0..1; NaN for a query without any relevant candidate.

    Raises:
        ValueError: shapes differ, k < 1, scores are not finite.
    """
    relevant = np.asarray(relevant, bool)
    valid = np.ones(relevant.shape, bool) if candidates is None else np.asarray(candidates, bool)
    if relevant.ndim != 2 or not relevant.shape == np.shape(scores) == valid.shape:
        raise ValueError(
            f"relevant, scores and candidates must all be [queries, items], not "
            f"{relevant.shape}, {np.shape(scores)} and {valid.shape}"
        )
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if not np.isfinite(scores).all():
        raise ValueError("scores hold NaN or infinity: the model's embeddings are not finite")
    relevant = relevant & valid
    scores = np.where(valid, scores, -np.inf)
    depth = np.minimum(k, valid.sum(axis=1))  # [queries], of the gallery that counts
    ranked = -np.sort(-scores, axis=1)
    last = np.take_along_axis(ranked, np.maximum(depth - 1, 0)[:, None], axis=1)  # [queries, 1]
    above, tied = valid & (scores > last), valid & (scores == last)
    # Of the tied items, so many are relevant, and so many places are left among the first k.
    hits = (tied & relevant).sum(axis=1)
    places = depth - above.sum(axis=1)
    missed = _probability_of_none(tied.sum(axis=1), hits, places)
    found = np.where((above & relevant).any(axis=1), 1.0, 1.0 - missed)
    return np.where(relevant.any(axis=1), found, np.nan)


def expected_recall_at_k(
    relevant: np.ndarray, k: int, candidates: np.ndarray | None = None
) -> np.ndarray:
    """Computes the exact expectation of each query's recall at k under a random ranking.

    Args, returned values and errors are those of `recall_at_k`.
    """
    return recall_at_k(relevant, np.zeros(np.shape(relevant)), k, candidates)


def _probability_of_none(items: np.ndarray, hits: np.ndarray, places: np.ndarray) -> np.ndarray:
    """That none of `hits` among `items` is drawn in `places` draws without replacement, [n]."""
    misses = items - hits
    possible = misses >= places
    draws = np.where(possible, places, 0)

    def log_choices(count: np.ndarray) -> np.ndarray:
        return gammaln(count + 1) - gammaln(draws + 1) - gammaln(count - draws + 1)

    return np.where(possible, np.exp(log_choices(misses) - log_choices(items)), 0.0)
