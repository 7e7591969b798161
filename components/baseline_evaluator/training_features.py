"""What the baselines learn from."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)
from objects_that_sound.components.baseline_evaluator.image_statistics import image_statistics
from objects_that_sound.components.baseline_evaluator.sound_statistics import sound_statistics
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.read_examples import read_examples, read_records
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.models import examples as contract

_SPLIT = "train"


@dataclasses.dataclass(frozen=True)
class TrainingFeatures:
    """Features of n examples of the train split.

    Attributes:
        groups: group of videos of each.
        image_statistics: float32[n, 36].
        sound_statistics: float32[n, 35].
        labelled: bool[n], whether the class of what sounds is known.
        histograms: float32[labelled, 216], colour histograms of those whose class is known.
        spectra: float32[labelled, frequencies], mean log-spectra likewise.
        visible: classes in the frame of each of those.
        sounding: class that sounds in each of those.
    """

    groups: list[str]
    image_statistics: np.ndarray
    sound_statistics: np.ndarray
    labelled: np.ndarray
    histograms: np.ndarray
    spectra: np.ndarray
    visible: list[list[str]]
    sounding: list[str]


def read_training_features(folders: Sequence[str], count: int, seed: int) -> TrainingFeatures:
    """Reads examples of the train split, chosen by the hash of their key: always the same.

    Args:
        folders: folders of Examples artifacts.
        count: how many to choose at most.
        seed: another seed gives another choice.

    Raises:
        ValueError: a folder has no split `train`, or the split is empty.
    """
    keys = [example_fields.example_key(example) for example in read_examples(folders, _SPLIT)]
    if not keys:
        raise ValueError(f"the split {_SPLIT!r} holds no examples to learn from")
    by_hash = heapq.nsmallest(
        count, range(len(keys)), key=lambda n: (stable_hash(seed, keys[n]), keys[n])
    )
    chosen = set(by_hash)
    images, sounds, histograms, spectra = [], [], [], []
    groups, visible, labels = [], [], []
    for number, record in enumerate(
        tqdm(
            read_records(folders, _SPLIT),
            total=len(keys),
            desc="Baselines: train",
            unit="example",
            disable=None,
        )
    ):
        if number not in chosen:
            continue
        example = contract.read_example(record)
        image, sound = example[contract.IMAGE][0], example[contract.AUDIO][0]
        groups.append(example_fields.group(example))
        images.append(image_statistics(image))
        sounds.append(sound_statistics(sound))
        labels.append(example_fields.label(example))
        if labels[-1]:
            histograms.append(colour_histogram(image))
            spectra.append(mean_log_spectrum(sound))
            visible.append(example_fields.visible_labels(example))
    return TrainingFeatures(
        groups,
        np.stack(images),
        np.stack(sounds),
        np.array(labels) != "",
        np.array(histograms),
        np.array(spectra),
        visible,
        [label for label in labels if label],
    )
