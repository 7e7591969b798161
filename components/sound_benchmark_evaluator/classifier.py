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
    labels = benchmark.labels
    windows = np.concatenate(features)  # [windows of all clips, n]
    starts = np.cumsum([0, *(len(found) for found in features)])  # of each clip, and the end

    def predictions(fits: Sequence[tuple[Fold, float]]) -> list[np.ndarray]:
        processes = usable_processors() if windows.nbytes >= _WORTH_PROCESSES else 1
        return Parallel(n_jobs=processes)(
            delayed(_predict)(labels, windows, starts, fold, strength) for fold, strength in fits
        )

    inner = [_inner_fold(benchmark, fold) for fold in benchmark.folds]
    fits = [(fold, strength) for fold in inner if fold is not None for strength in STRENGTHS]
    found = iter(predictions(fits))
    chosen = [
        _best_strength(
            [0.0] * len(STRENGTHS)
            if fold is None
            else [float(np.mean(next(found) == labels[list(fold.test)])) for _ in STRENGTHS]
        )
        for fold in inner
    ]
    predicted = np.full(len(labels), "", dtype=labels.dtype)
    of_folds = predictions(list(zip(benchmark.folds, chosen, strict=True)))
    for fold, classes in zip(benchmark.folds, of_folds, strict=True):
        predicted[list(fold.test)] = classes
    return Predictions(predicted, tuple(chosen))


def _best_strength(accuracies: Sequence[float]) -> float:
    """Of equal ones the middle one, or else the one nearest to it."""
    order = sorted(range(len(STRENGTHS)), key=lambda i: abs(i - len(STRENGTHS) // 2))
    return STRENGTHS[max(order, key=lambda i: accuracies[i])]


def _predict(
    labels: np.ndarray, windows: np.ndarray, starts: np.ndarray, fold: Fold, strength: float
) -> np.ndarray:
    """Classes of the clips that a fold tests.

    Args:
        labels: str[clips].
        windows: [windows of all clips, n], features.
        starts: int[clips + 1], numbers of the clips' first windows, and the number of all.
        fold: clips to train on and to test.
        strength: one of STRENGTHS.
    """
    counts = np.diff(starts)
    vectors = windows[_of_clips(starts, fold.train)]
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
        model.fit(vectors, np.repeat(labels[list(fold.train)], counts[list(fold.train)]))
    scores = model.decision_function(windows[_of_clips(starts, fold.test)])
    if scores.ndim == 1:  # of two classes
        scores = np.stack([-scores, scores], 1)
    ends = np.cumsum(counts[list(fold.test)])
    means = [part.mean(0) for part in np.split(scores, ends[:-1])]
    return model.classes_[np.argmax(means, 1)]


def _of_clips(starts: np.ndarray, clips: Sequence[int]) -> np.ndarray:
    """Numbers of the windows of some clips, clip by clip."""
    return np.concatenate([np.arange(starts[i], starts[i + 1]) for i in clips])


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
