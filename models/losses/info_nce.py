"""Symmetric InfoNCE."""

from __future__ import annotations

from keras import ops

_EXCLUDED = -1e9


def info_nce(similarities, positives, negatives, temperature: float = 0.07):
    """Each frame picks its sound among the batch's, and each sound its frame.

    van den Oord et al., "Representation Learning with Contrastive Predictive Coding", equation 4,
    in both directions.

    Args:
        similarities: [batch images, sounds], cosines; sounds beyond the batch's own are negatives
            of every frame.
        positives: mask of the same shape, the diagonal.
        negatives: mask of the same shape; pairs in neither mask take no part.
        temperature: divides the similarities.

    Returns:
        A scalar; about log(batch) for equal similarities.
    """
    logits = ops.cast(similarities, "float32") / temperature
    logits = ops.where(positives + negatives > 0, logits, _EXCLUDED)
    by_image = ops.logsumexp(logits, axis=1)  # [batch images]
    by_sound = ops.logsumexp(logits[:, : ops.shape(logits)[0]], axis=0)  # [batch sounds]
    return ops.mean((by_image + by_sound) / 2 - ops.diagonal(logits))
