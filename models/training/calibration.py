"""The decision of a trained network, set right on examples that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from objects_that_sound.models.losses import pair_masks
from objects_that_sound.models.networks.avc_network import AvcNetwork

_LEFT_DARK = 0.025  # of the pairs that match
_CANDIDATES = 201
_AS_GOOD = 0.01
"""Accuracies that differ by less are taken for equal: the very best of few scenes is a chance find."""


class Similarities(NamedTuple):
    """What a network says of all pairs of its batches.

    Attributes:
        matching: float[n], of pairs that match.
        mismatched: float[m], of others.
    """

    matching: np.ndarray
    mismatched: np.ndarray


def similarities_of(
    network: AvcNetwork, batches: Iterable[dict[str, tf.Tensor]]
) -> Similarities | None:
    """Compares the images and sounds of each batch.

    Args:
        network: trained.
        batches: of examples that were not trained on; see `models.input_pipeline`.

    Returns:
        The similarities, on which the bias of `match_layer` has no influence; None if there are no
        pairs of both kinds.
    """
    matching, mismatched = [], []
    forward = tf.function(lambda batch: network.call(batch)["similarities"], autograph=False)
    for batch in batches:
        similarities = forward(batch).numpy()
        positives, negatives = (mask.numpy() > 0 for mask in pair_masks.all_pairs(batch["group"]))
        matching.append(similarities[positives])
        mismatched.append(similarities[negatives])
    if not sum(map(len, mismatched)):
        return None
    return Similarities(np.concatenate(matching), np.concatenate(mismatched))


def calibrate(network: AvcNetwork, pairs: Similarities | None) -> None:
    """Shifts the scores so that 0.5 is where the balanced AVC accuracy is best.

    A network that has learnt its training examples by heart finds matching pairs among them more
    similar than any that it has never seen, and asks too much of these. To fit scale and bias by
    cross-entropy instead (Platt, 1999) does not help: see docs/trainer.md.

    Args:
        network: trained; only the bias of its `match_layer` is changed. It stays as it is if there
            is none (L3-Net), or if there are no pairs of both kinds.
        pairs: what the network says of examples that were not trained on.
    """
    layer = network.match_layer
    if layer is None or pairs is None:
        return
    # Of the last logit: the only one, or that of "corresponds".
    bound = tf.constant([best_bound(*pairs)], tf.float32)
    shift = network.match_logits(bound).numpy()[0]
    bias = layer.bias.numpy()  # [1] or [2]
    bias[-1] -= shift
    layer.bias.assign(bias)


def set_match_threshold(network: AvcNetwork, pairs: Similarities | None) -> None:
    """Finds the score from which a heat map says that something in the picture makes the sound.

    No labels or boxes are needed. The score is the one that best tells pairs that match from
    mismatched ones, but high enough to leave the least likely of the matching pairs in the dark:
    some of the mismatched pairs do match, since others' pictures show the same things, and they
    make the best score too low for a good network.

    Args:
        network: trained; gets its `match_threshold`, and keeps it if there are no pairs of both
            kinds.
        pairs: see `calibrate`.
    """
    if pairs is not None:
        bound = max(best_bound(*pairs), float(np.quantile(pairs.matching, _LEFT_DARK)))
        logit = network.match_logits(tf.constant([bound], tf.float32))
        network.match_threshold = float(tf.sigmoid(logit)[0])


def best_bound(matching: np.ndarray, mismatched: np.ndarray) -> float:
    """Finds the similarity above which pairs are best said to match.

    Args:
        matching: float[n], similarities of pairs that match.
        mismatched: float[m], those of others.

    Returns:
        The middle of those between both medians where the mean of the accuracies on both kinds is
        as good as the best.
    """
    bounds = np.linspace(np.median(mismatched), np.median(matching), _CANDIDATES)
    above = 1 - np.searchsorted(np.sort(matching), bounds, side="right") / len(matching)
    below = np.searchsorted(np.sort(mismatched), bounds, side="right") / len(mismatched)
    accuracy = (above + below) / 2
    return float(bounds[accuracy > accuracy.max() - _AS_GOOD].mean())
