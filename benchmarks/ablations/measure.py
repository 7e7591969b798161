"""What a network can do on examples whose truth is known."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import NamedTuple

import keras
import numpy as np
import simplejpeg
import tensorflow as tf

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.localisation_evaluator.firing import (
    firing_rate,
    universal_threshold,
)
from objects_that_sound.components.localisation_evaluator.map_scores import (
    SUCCESS,
    centre_hit,
    overlap,
    pointing_hit,
)
from objects_that_sound.components.localisation_evaluator.off_screen_sounds import off_screen_sounds
from objects_that_sound.components.retrieval_evaluator.ndcg import ndcg_at_k
from objects_that_sound.models import examples as contract
from objects_that_sound.models.layers.background_sounds import BackgroundSounds
from objects_that_sound.models.networks.avc_network import AvcNetwork

_BATCH = 64
_NOISE_SEED = 11


class EvaluationSet(NamedTuple):
    """Examples in memory.

    Attributes:
        images: uint8 [n, crop, crop, 3], centre crops.
        sounds: int16 [n, samples].
        labels: class of what sounds.
        visible: classes of all that is seen.
        groups: of the videos.
        boxes: of what sounds, in the whole frame, ymin, xmin, ymax, xmax; [n, 4], NaN without.
        crop_boxes: the crops' place in the whole frame, likewise.
    """

    images: np.ndarray
    sounds: np.ndarray
    labels: list[str]
    visible: list[list[str]]
    groups: list[str]
    boxes: np.ndarray
    crop_boxes: np.ndarray


def evaluation_set(records: Iterable[bytes], crop: int) -> EvaluationSet:
    """Reads serialized examples (models/examples.py) and crops the centre of their frames."""
    rows = [contract.read_example(record) for record in records]
    frames = [simplejpeg.decode_jpeg(row[contract.IMAGE][0]) for row in rows]
    images, places = [], []
    for frame in frames:
        height, width = frame.shape[:2]
        top, left = (height - crop) // 2, (width - crop) // 2
        images.append(frame[top : top + crop, left : left + crop])
        places.append([top / height, left / width, (top + crop) / height, (left + crop) / width])
    return EvaluationSet(
        np.stack(images),
        np.stack([np.frombuffer(row[contract.AUDIO][0], "<i2") for row in rows]),
        [example_fields.label(row) for row in rows],
        [example_fields.visible_labels(row) for row in rows],
        [example_fields.group(row) for row in rows],
        np.array([row.get(contract.BOX) or [np.nan] * 4 for row in rows]),
        np.array(places),
    )


def measure(network: AvcNetwork, data: EvaluationSet, seed: int = 0) -> dict[str, float]:
    """Figures of a network.

    Those of places and of sounds from off screen are left out where nobody knows the boxes and the
    classes in the frames.

    Returns:
        `avc`: balanced accuracy of its decision (probability 0.5) on all pairs of other groups in
        batches of 64; `pointing` and `pointing_centre`: how often the map's peak, and the frame's
        centre, lie in the box of what sounds; `mean_overlap` of the map and the box, and `ciou`, the
        share of those of 0.5 or more, at the network's `map_threshold`; `ndcg_image_audio`, `ndcg_audio_image`: nDCG@30 by
        class, among other groups; `threshold`: the score that 90 % of the true sounds reach; and
        `fires_silence`, `fires_noise`, `fires_off_screen`: the shares of frames which reach it with
        silence, noise, and the sound of a class that is not in the frame.
    """
    known = all(data.visible)
    answers = _answers(network, data, _off_screen(data, seed) if known else None)
    threshold = universal_threshold(answers["true"])
    right = np.mean(answers["true"] > 0.5) / 2 + np.mean(answers["mismatched"] <= 0.5) / 2
    figures = {"avc": float(right), "threshold": threshold}
    for name in ("silence", "noise", "off_screen"):
        if name in answers:
            figures[f"fires_{name}"] = firing_rate(answers[name], threshold)
    classes, groups = np.array(data.labels), np.array(data.groups)
    relevance = (classes[:, None] == classes[None, :]).astype(float)
    others = groups[:, None] != groups[None, :]  # [images, sounds]
    cosines = answers["seen"] @ answers["heard"].T  # [images, sounds]
    for name, matrix in (("image_audio", cosines), ("audio_image", cosines.T)):
        figures[f"ndcg_{name}"] = float(np.nanmean(ndcg_at_k(relevance, matrix, 30, others)))
    return figures | (_places(network, data) if np.isfinite(data.boxes).any() else {})


def _answers(
    network: AvcNetwork, data: EvaluationSet, off_screen: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Scores of frames with true, mismatched, silent, noisy and off-screen sound; and vectors.

    A batch of frames meets all its sounds at once, as in training.
    """
    forward = tf.function(network.call, reduce_retracing=True)
    noise = BackgroundSounds(len(data.labels) + 1, seed=_NOISE_SEED)
    noises = np.asarray(noise.noise(data.sounds.shape[1]))[1:]  # [n, samples]
    found: dict[str, list[np.ndarray]] = collections.defaultdict(list)
    for rows in _batches(np.arange(len(data.labels))):
        count = len(rows)
        blocks = [
            data.sounds[rows],
            np.round(noises[rows] * 32767).astype(np.int16),
            np.zeros_like(data.sounds[:1]),
            *([] if off_screen is None else [data.sounds[off_screen[rows]]]),
        ]
        outputs = forward({"image": data.images[rows], "audio": np.concatenate(blocks)})
        logits = network.match_logits(outputs["similarities"])
        scores = np.asarray(keras.ops.sigmoid(logits))  # [count, 2 count + 1, and count more]
        groups = np.array(data.groups)[rows]
        found["true"].append(np.diagonal(scores))
        found["mismatched"].append(scores[:, :count][groups[:, None] != groups[None, :]])
        found["noise"].append(np.diagonal(scores[:, count:]))
        found["silence"].append(scores[:, 2 * count])
        if off_screen is not None:
            found["off_screen"].append(np.diagonal(scores[:, 2 * count + 1 :]))
        for name, vectors in (
            ("seen", outputs["image_embedding"]),
            ("heard", outputs["audio_embedding"][:count]),
        ):
            found[name].append(np.asarray(keras.ops.normalize(vectors, axis=-1)))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _places(network: AvcNetwork, data: EvaluationSet) -> dict[str, float]:
    known = np.flatnonzero(~np.isnan(data.boxes[:, 0]))
    heatmap = tf.function(network.heatmap, reduce_retracing=True)
    maps = np.concatenate(
        [np.asarray(heatmap(data.images[rows], data.sounds[rows])) for rows in _batches(known)]
    )  # [known, height, width]
    hits = [
        pointing_hit(one, data.crop_boxes[row], data.boxes[row])
        for one, row in zip(maps, known, strict=True)
    ]
    centre = [centre_hit(data.boxes[row]) for row in known]
    overlaps = np.array(
        [
            overlap(one, data.crop_boxes[row], data.boxes[row], network.map_threshold)
            for one, row in zip(maps, known, strict=True)
        ]
    )
    return {
        "pointing": float(np.mean(hits)),
        "pointing_centre": float(np.mean(centre)),
        "mean_overlap": float(overlaps.mean()),
        "ciou": float(np.mean(overlaps >= SUCCESS)),
    }


def _off_screen(data: EvaluationSet, seed: int) -> np.ndarray:
    """For each frame the number of a sound whose class is not in it, [n]."""
    names = [str(row) for row in range(len(data.labels))]
    heard = [[label] for label in data.labels]
    chosen = off_screen_sounds(names, data.groups, heard, data.visible, seed)
    return np.array([int(chosen[name]) for name in names])


def _batches(items: np.ndarray) -> list[np.ndarray]:
    return [items[begin : begin + _BATCH] for begin in range(0, len(items), _BATCH)]
