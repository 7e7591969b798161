"""Measures what is reached on the pairs without a network."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.avc_pair_gen.pair_counts import read_pair_counts
from objects_that_sound.components.baseline_evaluator.baselines import (
    COLOUR_HISTOGRAM,
    NAME,
    TITLE,
    BaselineOptions,
)
from objects_that_sound.components.baseline_evaluator.class_agreement import ClassAgreement
from objects_that_sound.components.baseline_evaluator.features import (
    colour_histogram,
    mean_log_spectrum,
)
from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import mean_of, measure
from objects_that_sound.components.evaluation.read_examples import (
    count_examples,
    read_examples,
    splits,
)
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.models import examples as contract

_TRAIN_SPLIT = "train"


def evaluate_baselines(
    examples: Sequence[str], pairs: str, *, options: BaselineOptions
) -> EvaluationResult:
    """Measures the colour histogram's accuracy on the pairs.

    This baseline is told the classes of the train split (the networks are not): a linear classifier
    each on the frame's colour histogram and on the sound's mean log-spectrum, and the pair
    corresponds if the classes agree. The interval is by groups of the images' videos.

    Args:
        examples: folders of Examples artifacts with the split `train`.
        pairs: folder of the Examples that AvcPairGen made.
        options: how to learn.

    Returns:
        The accuracy between chance and ceiling, or the reason why it cannot be had.
    """
    name = COLOUR_HISTOGRAM.name
    groups: list[str] = []
    statistics, missing, details = {}, {}, {}
    try:
        baseline, learned = _learn(examples, options)
    except _CannotLearnError as error:
        missing[name] = str(error)
    else:
        groups, right = _judge(baseline, pairs)
        statistics[name] = mean_of(right)
        details = {"threshold": baseline.threshold, "num_train_examples": learned}
    counts = read_pair_counts(pairs)
    return EvaluationResult(
        NAME,
        TITLE,
        measure(
            [COLOUR_HISTOGRAM],
            statistics,
            None,
            groups,
            chance={name: counts.chance},
            ceiling={name: counts.ceiling},
            missing=missing,
        ),
        details=details,
    )


class _CannotLearnError(ValueError):
    """The train split does not suffice; the message says why."""


def _learn(examples: Sequence[str], options: BaselineOptions) -> tuple[ClassAgreement, int]:
    """Learns from the train split; says of how many examples."""
    chosen = _choose_labelled(examples, options.max_train_examples, options.seed)
    if not chosen:
        raise _CannotLearnError("the train split has no labels")
    frames, sounds, visible, sounding, groups = [], [], [], [], []
    for example in tqdm(
        read_examples(examples, _TRAIN_SPLIT),
        total=count_examples(examples, _TRAIN_SPLIT),
        desc="Baseline: train",
        unit="example",
        disable=None,
    ):
        if example_fields.example_key(example) in chosen:
            frames.append(colour_histogram(example[contract.IMAGE][0]))
            sounds.append(mean_log_spectrum(example[contract.AUDIO][0]))
            visible.append(example_fields.visible_labels(example))
            sounding.append(example_fields.label(example))
            groups.append(example_fields.group(example))
    try:
        baseline = ClassAgreement(options.seed).fit(
            np.stack(frames), np.stack(sounds), visible, sounding, groups
        )
    except ValueError as error:
        raise _CannotLearnError(f"the train split does not suffice: {error}") from error
    return baseline, len(frames)


def _choose_labelled(examples: Sequence[str], count: int, seed: int) -> set[str]:
    """Chooses labelled examples of the train split by the hash of their key: always the same."""
    keys = {
        example_fields.example_key(example)
        for example in read_examples(examples, _TRAIN_SPLIT)
        if example_fields.label(example)
    }
    return set(heapq.nsmallest(count, keys, key=lambda key: (stable_hash(seed, key), key)))


def _judge(baseline: ClassAgreement, pairs: str) -> tuple[list[str], np.ndarray]:
    """Judges all pairs: of each the group of the image's video, and whether the answer is right."""
    (split,) = splits(pairs)
    frames, sounds, truth, groups = [], [], [], []
    for pair in tqdm(
        read_examples([pairs], split),
        total=count_examples([pairs], split),
        desc="Baseline: pairs",
        unit="pair",
        disable=None,
    ):
        frames.append(colour_histogram(pair[contract.IMAGE][0]))
        sounds.append(mean_log_spectrum(pair[contract.AUDIO][0]))
        truth.append(bool(pair[contract.AVC_LABEL][0]))
        groups.append(example_fields.group(pair))
    right = baseline.predict(np.stack(frames), np.stack(sounds)) == np.array(truth)
    return groups, right
