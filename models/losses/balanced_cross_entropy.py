"""Cross-entropy and accuracy over the pairs of a batch."""

from __future__ import annotations

from keras import ops


def balanced_cross_entropy(logits, positives, negatives, hardness: float = 0.0):
    """Binary cross-entropy in which positives and negatives weigh the same in total.

    Equal to the papers' softmax cross-entropy over two classes with as many positives as negatives,
    when `logits` is the difference of the two classes' logits.

    Args:
        logits: [batch images, batch sounds], of correspondence.
        positives: mask of the same shape.
        negatives: mask of the same shape.
        hardness: negatives weigh in proportion to exp(hardness x logit): 0 for all alike
            (Robinson et al., "Contrastive Learning with Hard Negative Samples", section 3).

    Returns:
        A scalar; log 2 for all-zero logits.
    """
    loss = 0.5 * _mean(ops.softplus(-logits), positives)
    if hardness:
        # Bounded, so that one pair never weighs all.
        weight = ops.exp(hardness * ops.clip(ops.cast(logits, "float32"), -8.0, 8.0))
        negatives = negatives * ops.stop_gradient(weight)
    return loss + 0.5 * _mean(ops.softplus(logits), negatives)


def balanced_accuracy(logits, positives, negatives):
    """Accuracy in which positives and negatives weigh the same in total: chance is 0.5.

    Args:
        logits: [batch images, batch sounds], of correspondence.
        positives: mask of the same shape.
        negatives: mask of the same shape.

    Returns:
        A scalar in 0..1.
    """
    right = 0.5 * _mean(ops.cast(logits > 0, "float32"), positives)
    return right + 0.5 * _mean(ops.cast(logits <= 0, "float32"), negatives)


def _mean(values, mask):
    return ops.sum(ops.cast(values, "float32") * mask) / ops.maximum(ops.sum(mask), 1e-7)
