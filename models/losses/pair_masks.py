"""Which pairs of a batch correspond, and which do not."""

from __future__ import annotations

from keras import ops


def all_pairs(group, sounds: int | None = None):
    """All pairs of a batch: the diagonal corresponds, other groups do not, the rest is left out.

    Two examples of one video (or one scene, see `--group-regex`) may well sound alike, so the sound
    of the one is no negative for the frame of the other.

    Args:
        group: [batch], integers; equal for examples of the same group.
        sounds: how many there are; those beyond the batch's own correspond to no frame.

    Returns:
        Two float32 masks [batch images, sounds]: positives, negatives.
    """
    batch = ops.shape(group)[0]
    positives = ops.eye(batch, dtype="float32")
    negatives = ops.cast(group[:, None] != group[None, :], "float32")
    if sounds is None:
        return positives, negatives
    more = (batch, sounds - batch)
    return (
        ops.concatenate([positives, ops.zeros(more)], axis=1),
        ops.concatenate([negatives, ops.ones(more)], axis=1),
    )


def split_pairs(group, sounds: int | None = None):
    """The papers' pairs: each frame with its own sound and with that of one other video.

    "Look, Listen and Learn", section 2: as many positives as negatives. The negative sound is that
    of the next example of the (shuffled) batch.

    Args:
        group: [batch], integers; equal for examples of the same group.
        sounds: as for `all_pairs`.

    Returns:
        Two float32 masks [batch images, sounds]: positives, negatives.
    """
    batch = ops.shape(group)[0]
    positives, negatives = all_pairs(group, sounds)
    chosen = ops.roll(positives[:, :batch], 1, axis=1)  # [batch, batch]
    if sounds is not None:
        chosen = ops.concatenate([chosen, ops.ones((batch, sounds - batch))], axis=1)
    return positives, negatives * chosen
