"""Which pairs of a batch correspond, and which do not."""

from __future__ import annotations

from keras import ops


def all_pairs(group):
    """All pairs of a batch: the diagonal corresponds, other groups do not, the rest is left out.

    Two examples of one video (or one scene, see `--group-regex`) may well sound alike, so the sound
    of the one is no negative for the frame of the other.

    Args:
        group: [batch], integers; equal for examples of the same group.

    Returns:
        Two float32 masks [batch images, batch sounds]: positives, negatives.
    """
    positives = ops.eye(ops.shape(group)[0], dtype="float32")
    negatives = ops.cast(group[:, None] != group[None, :], "float32")
    return positives, negatives


def split_pairs(group):
    """The papers' pairs: each frame with its own sound and with that of one other video.

    "Look, Listen and Learn", section 2: as many positives as negatives. The negative sound is that
    of the next example of the (shuffled) batch.

    Args:
        group: [batch], integers; equal for examples of the same group.

    Returns:
        Two float32 masks [batch images, batch sounds]: positives, negatives.
    """
    positives, negatives = all_pairs(group)
    return positives, negatives * ops.roll(positives, 1, axis=1)
