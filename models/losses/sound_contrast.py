"""Contrast between sounds."""

from __future__ import annotations

from keras import ops

from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.info_nce import info_nce
from objects_that_sound.models.losses.objectives import TEMPERATURE


def sound_contrast(once, again, group):
    """Each sound picks itself, varied in another way, among the batch's.

    What a sound shares with its picture is not all that tells it from other sounds. As in SimCLR
    (Chen et al., ICML 2020, equation 1) and COLA (Saeed et al., ICASSP 2021), with InfoNCE.

    Args:
        once: [batch, size], vectors of sounds.
        again: [batch, size], vectors of the same sounds.
        group: [batch], integers; sounds of the same group are no negatives of each other.

    Returns:
        A scalar; about log(batch) for equal vectors.
    """
    once, again = (ops.normalize(vectors, axis=-1) for vectors in (once, again))
    cosines = ops.matmul(once, ops.transpose(again))  # [batch, batch]
    positives, negatives = pair_masks.all_pairs(group)
    return info_nce(cosines, positives, negatives, TEMPERATURE)
