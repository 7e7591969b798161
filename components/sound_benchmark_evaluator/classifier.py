"""Linear classifiers of clips, each fold by itself."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils.parallel import Parallel, delayed

from objects_that_sound.components.sound_benchmark_evaluator.benchmark import Benchmark, Fold
from objects_that_sound.serving.launcher.usable_processors import usable_processors

STRENGTHS = (0.1, 1.0, 10.0)
"""C of the SVM is one of these divided by the number of features, whose squares add up to it."""

_TOLERANCE = 0.1
_MAX_ITERATIONS = 1000

_WORTH_PROCESSES = 10_000_000
"""Bytes of features from which the start of other processes takes less than their work."""


@dataclasses.dataclass(frozen=True)
class Predictions:
    """What a classifier says of the clips.

    Attributes:
        labels: predicted class, str[clips]; "" for clips that no fold tests.
        strengths: by fold, which of STRENGTHS its training clips chose.
    """

    labels: np.ndarray
    strengths: tuple[float, ...]


def classify(benchmark: Benchmark, features: Sequence[np.ndarray]) -> Predictions:
    """Trains and tests a linear one-vs-rest SVM on every fold.

    As in "Look, Listen and Learn": features are scaled to mean 0 and deviation 1, the SVM
    learns single windows, and a clip is of the class with the best score averaged over its windows.
    Scaling, C and SVM know the fold's training clips only; C is chosen by holding out a fifth of
    their recordings.

    Args:
        benchmark: of the clips.
        features: of each clip, float[windows, n].

    Raises:
        ValueError: a feature is NaN or infinite; says of which clips.
    """
    bad = [
        clip.name
        for clip, found in zip(benchmark.clips, features, strict=True)
        if not np.isfinite(found).all()
    ]
    if bad:
        raise ValueError(
            f"features of {len(bad)} of {len(features)} clips, such as {bad[0]}, are NaN or "
            f"infinite: the model's training diverged"
        )
    size = sum(found.nbytes for found in features)
    processes = usable_processors() if size >= _WORTH_PROCESSES else 1
    found = Parallel(n_jobs=processes)(
        delayed(_classify_fold)(benchmark, features, fold) for fold in benchmark.folds
    )
    labels = benchmark.labels
    predicted = np.full(len(labels), "", dtype=labels.dtype)
    for fold, (classes, _) in zip(benchmark.folds, found, strict=True):
        predicted[list(fold.test)] = classes
    return Predictions(predicted, tuple(strength for _, strength in found))


def _classify_fold(
    benchmark: Benchmark, features: Sequence[np.ndarray], fold: Fold
) -> tuple[np.ndarray, float]:
    """Classes of the clips that a fold tests, and which of STRENGTHS its training clips chose."""
    labels, inner = benchmark.labels, _inner_fold(benchmark, fold)
    rights = [
        -1.0 if inner is None else _accuracy(labels, features, inner, strength)
        for strength in STRENGTHS
    ]
    # Of equal ones the middle one, or else the one nearest to it.
    order = sorted(range(len(STRENGTHS)), key=lambda i: abs(i - len(STRENGTHS) // 2))
    strength = STRENGTHS[max(order, key=lambda i: rights[i])]
    return _predict(labels, features, fold, strength), strength


def _accuracy(labels: np.ndarray, features: Sequence, fold: Fold, strength: float) -> float:
    found = _predict(labels, features, fold, strength)
    return float(np.mean(found == labels[list(fold.test)]))


def _predict(
    labels: np.ndarray, features: Sequence[np.ndarray], fold: Fold, strength: float
) -> np.ndarray:
    train = [features[i] for i in fold.train]
    classes = np.repeat(labels[list(fold.train)], [len(found) for found in train])
    vectors = np.concatenate(train)  # [windows of all clips, n]
    model = make_pipeline(
        StandardScaler(),
        LinearSVC(
            C=strength / vectors.shape[1],
            dual=True,  # faster here, whatever the shape
            tol=_TOLERANCE,
            max_iter=_MAX_ITERATIONS,
            random_state=0,
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors, classes)
    test = [features[i] for i in fold.test]
    scores = model.decision_function(np.concatenate(test))
    if scores.ndim == 1:  # of two classes
        scores = np.stack([-scores, scores], 1)
    ends = np.cumsum([len(found) for found in test])
    means = [part.mean(0) for part in np.split(scores, ends[:-1])]
    return model.classes_[np.argmax(means, 1)]


def _inner_fold(benchmark: Benchmark, fold: Fold) -> Fold | None:
    """Holds every fifth recording of each class out; None where a class has too few."""
    held: set[str] = set()
    by_class: dict[str, list[str]] = {}
    for i in fold.train:
        clip = benchmark.clips[i]
        sources = by_class.setdefault(clip.label, [])
        if clip.source not in sources:
            sources.append(clip.source)
    for sources in by_class.values():
        held |= set(sources[::5]) if len(sources) > 1 else set()
    train = tuple(i for i in fold.train if benchmark.clips[i].source not in held)
    test = tuple(i for i in fold.train if benchmark.clips[i].source in held)
    if not test or len({benchmark.clips[i].label for i in train}) < len(by_class):
        return None
    return Fold(fold.name, train, test)
