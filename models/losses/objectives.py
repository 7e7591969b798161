"""The training objectives by name."""

from __future__ import annotations

from collections.abc import Callable

from keras import ops

from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.losses.balanced_cross_entropy import balanced_cross_entropy
from objects_that_sound.models.losses.info_nce import info_nce

TEMPERATURE = 0.2
"""Of InfoNCE. Other videos of a batch show the same kind of object as often as not: a lower one
pushes the most alike apart as hard as it can (Wang and Liu, "Understanding the Behaviour of
Contrastive Loss", 2021), which overfits on few videos. See docs/laboratory/real_video.md."""

Objective = Callable[..., object]
"""(similarities [batch, sounds], match_logits: similarities -> logits, group [batch]) -> scalar."""


def split_pairs(similarities, match_logits, group):
    """The papers' objective: one positive and one negative pair an example."""
    masks = pair_masks.split_pairs(group, ops.shape(similarities)[1])
    return balanced_cross_entropy(match_logits(similarities), *masks)


def all_pairs(similarities, match_logits, group):
    """Correspondence of all batch x batch pairs, positives and negatives weighing the same."""
    masks = pair_masks.all_pairs(group, ops.shape(similarities)[1])
    return balanced_cross_entropy(match_logits(similarities), *masks)


def contrastive(similarities, match_logits, group):
    """Symmetric InfoNCE for the vectors; cross-entropy fits only the correspondence layer."""
    masks = pair_masks.all_pairs(group, ops.shape(similarities)[1])
    calibration = balanced_cross_entropy(match_logits(ops.stop_gradient(similarities)), *masks)
    return info_nce(similarities, *masks, temperature=TEMPERATURE) + calibration


OBJECTIVES: dict[str, Objective] = {
    objective.__name__: objective for objective in (split_pairs, all_pairs, contrastive)
}
