"""Normalised discounted cumulative gain at k, and its exact value under a random ranking.

The gain of an item is its relevance itself (linear, as in scikit-learn) and the discount of rank r
(from 1) is 1 / log2(r + 1); "Objects that Sound" (section 3.4) reports nDCG@30 without stating its
gain formula, hence the chance value to print beside every score.
"""

from __future__ import annotations

import numpy as np


def ndcg_at_k(
    relevance: np.ndarray, scores: np.ndarray, k: int, candidates: np.ndarray | None = None
) -> np.ndarray:
    """Computes nDCG@k of each query.

    Items of equal score share the mean of their gains (McSherry and Najork 2008; what
    `sklearn.metrics.ndcg_score` does), so a model that gives all items one score gets exactly
    the chance value, whatever the order of the items.

    Args:
        relevance: float[queries, items], gain of each item, 0 or more (binary or graded).
        scores: float[queries, items], higher is ranked earlier.
        k: how many of the first ranks count.
        candidates: bool[queries, items], False for items that are not in a query's gallery (the
            query itself, its own video); None for all.

    Returns:
        float64[queries] in 0..1; NaN for a query without any relevant candidate.

    Raises:
        ValueError: shapes differ, k < 1, relevance is negative or not finite, scores are not
            finite.
    """
    gains, valid = _masked_gains(relevance, k, candidates)
    if np.shape(scores) != gains.shape:
        raise ValueError(f"scores of shape {np.shape(scores)} for relevance of shape {gains.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("scores hold NaN or infinity: the model's embeddings are not finite")
    # Items outside the gallery come last and gain nothing: the same as leaving them out.
    scores = np.where(valid, scores, -np.inf)
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked_scores = np.take_along_axis(scores, order, axis=1)
    ranked_gains = np.take_along_axis(gains, order, axis=1)
    starts_tie = np.ones(scores.shape, bool)
    starts_tie[:, 1:] = ranked_scores[:, 1:] != ranked_scores[:, :-1]
    # Every row starts a new group of ties, so groups never run over the end of a row.
    tie = np.cumsum(starts_tie.ravel()) - 1
    mean_gain = np.bincount(tie, weights=ranked_gains.ravel()) / np.bincount(tie)
    dcg = _dcg(mean_gain[tie].reshape(gains.shape), k)
    return _divide(dcg, _ideal_dcg(gains, k))


def expected_ndcg_at_k(
    relevance: np.ndarray, k: int, candidates: np.ndarray | None = None
) -> np.ndarray:
    """Computes the exact expectation of each query's nDCG@k under a uniformly random ranking.

    Each rank holds each candidate with equal probability, so E[DCG@k] is the mean gain times the
    sum of the first k discounts.

    Args:
        relevance: float[queries, items], as in `ndcg_at_k`.
        k: how many of the first ranks count.
        candidates: bool[queries, items], as in `ndcg_at_k`.

    Returns:
        float64[queries] in 0..1; NaN for a query without any relevant candidate.

    Raises:
        ValueError: as `ndcg_at_k`.
    """
    gains, valid = _masked_gains(relevance, k, candidates)
    num_candidates = valid.sum(axis=1)
    mean_gain = gains.sum(axis=1) / np.maximum(num_candidates, 1)
    cumulative = np.concatenate([[0.0], np.cumsum(_discounts(gains.shape[1]))])
    expected_dcg = mean_gain * cumulative[np.minimum(num_candidates, k)]
    return _divide(expected_dcg, _ideal_dcg(gains, k))


def _masked_gains(
    relevance: np.ndarray, k: int, candidates: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    gains = np.asarray(relevance, np.float64)
    if gains.ndim != 2:
        raise ValueError(f"relevance must be [queries, items], not of shape {gains.shape}")
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if not np.isfinite(gains).all() or (gains < 0).any():
        raise ValueError("relevance must be finite and not negative")
    valid = np.ones(gains.shape, bool) if candidates is None else np.asarray(candidates, bool)
    if valid.shape != gains.shape:
        raise ValueError(f"candidates of shape {valid.shape} for relevance of {gains.shape}")
    return np.where(valid, gains, 0.0), valid


def _discounts(length: int) -> np.ndarray:
    return 1.0 / np.log2(np.arange(2, length + 2))


def _dcg(ranked_gains: np.ndarray, k: int) -> np.ndarray:
    top = ranked_gains[:, :k]
    return top @ _discounts(top.shape[1])


def _ideal_dcg(gains: np.ndarray, k: int) -> np.ndarray:
    return _dcg(-np.sort(-gains, axis=1), k)


def _divide(dcg: np.ndarray, ideal: np.ndarray) -> np.ndarray:
    return np.divide(dcg, ideal, out=np.full(dcg.shape, np.nan), where=ideal > 0)
