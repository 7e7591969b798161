"""Cross-entropy and accuracy over the pairs of a batch."""

from __future__ import annotations

from keras import ops


def balanced_cross_entropy(logits, positives, negatives):
    """Binary cross-entropy in which positives and negatives weigh the same in total.

    Equal to the papers' softmax cross-entropy over two classes with as many positives as negatives,
    when `logits` is the difference of the two classes' logits.

    Args:
        logits: [batch images, batch sounds], of correspondence.
        positives: mask of the same shape.
        negatives: mask of the same shape.

    Returns:
        A scalar; log 2 for all-zero logits.
    """
    loss = 0.5 * _mean(ops.softplus(-logits), positives)
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
