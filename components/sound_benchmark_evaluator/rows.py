"""Classifies a benchmark's clips by each kind of features."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.untrained_model import UntrainedModel
from objects_that_sound.components.sound_benchmark_evaluator import mfcc
from objects_that_sound.components.sound_benchmark_evaluator.classifier import classify
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import SoundBenchmarkOptions
from objects_that_sound.components.sound_benchmark_evaluator.listener import (
    EMBEDDING,
    FEATURES,
    listen,
    listener_of,
    sample_rate_of,
)
from objects_that_sound.components.sound_benchmark_evaluator.row import Row
from objects_that_sound.components.sound_benchmark_evaluator.scorer import Scorer
from objects_that_sound.components.sound_benchmark_evaluator.sounds import resample
from objects_that_sound.components.sound_benchmark_evaluator.usable_clips import UsableClips

_NAMES = {FEATURES: "conv4_2", EMBEDDING: "embedding"}


def model_rows(
    clips: UsableClips, model: SavedModel, options: SoundBenchmarkOptions, suffix: str = ""
) -> dict[str, Row]:
    """Classifies by what a model hears.

    Args:
        clips: sounds to listen to.
        model: with the signature `describe`.
        options: how to listen.
        suffix: end of the rows' names.

    Returns:
        By signature, those of `audio_features` and `embed_audio` that the model has.

    Raises:
        ValueError: it has neither, or a feature is not finite.
    """
    names = [name for name in _NAMES if name in model.signatures]
    if not names:
        raise ValueError(f"the model has neither of the signatures {FEATURES} and {EMBEDDING}")
    vectors = listen(
        listener_of(model),
        names,
        clips,
        options,
        sample_rate=sample_rate_of(model),
        what=f"model{suffix}",
    )
    return {
        name: _row(clips, f"{_NAMES[name]} + SVM{suffix}", vectors[name])
        for name in tqdm(names, desc="Benchmark: SVMs", unit="row", disable=None)
    }


def random_rows(
    clips: UsableClips, model_path: str, sample_rate: int, options: SoundBenchmarkOptions
) -> dict[str, Row]:
    """Classifies by what networks hear before their training: the mean over some of them.

    Args:
        clips: sounds to listen to.
        model_path: path of the model whose network it is; see `saved_model_path`.
        sample_rate: rate that the network hears, in Hz.
        options: how many networks, and how to listen.

    Returns:
        By signature; nothing where no random network is asked for.

    Raises:
        FileNotFoundError: the network's configuration is not beside the SavedModel.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _NAMES}
    for seed in range(1, options.random_networks + 1):
        vectors = listen(
            listener_of(UntrainedModel(model_path, seed)),
            list(_NAMES),
            clips,
            options,
            sample_rate=sample_rate,
            what=f"random network {seed}",
        )
        for name, words in _NAMES.items():
            rows[name].append(_row(clips, f"{words} of random networks + SVM", vectors[name]))
    return {name: _mean(clips, found) for name, found in rows.items() if found}


def mfcc_row(clips: UsableClips) -> Row:
    """Classifies by statistics of mel-frequency cepstral coefficients."""
    bar = tqdm(clips.sounds, desc="Benchmark: MFCC", unit="clip", disable=None)
    features = [
        mfcc.mfcc_statistics(resample(sound, clips.sample_rate, mfcc.SAMPLE_RATE))[None]
        for sound in bar
    ]
    return _row(clips, "MFCC + SVM", features)


def _row(clips: UsableClips, name: str, features: Sequence[np.ndarray]) -> Row:
    predictions = classify(clips.benchmark, features)
    tested = predictions.labels != ""
    right = np.where(tested, predictions.labels == clips.benchmark.labels, np.nan)
    return Row(name, right, predictions.labels, predictions.strengths)


def _mean(clips: UsableClips, rows: Sequence[Row]) -> Row:
    scorer = Scorer(clips.benchmark)
    all_tested = np.arange(len(scorer.tested))
    by_seed = tuple(scorer.accuracy(row.right)(all_tested) for row in rows)
    right = np.mean([row.right for row in rows], 0)
    return dataclasses.replace(rows[0], right=right, by_seed=by_seed)
