from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.sound_benchmark_evaluator import classifier
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
    Clip,
    folds_by_name,
)
from objects_that_sound.components.sound_benchmark_evaluator.classifier import _inner_fold, classify


def _benchmark(labels, folds, sources=None):
    sources = sources or range(len(labels))
    clips = tuple(
        Clip(f"/{i}", f"clip{i}", label, str(source))
        for i, (label, source) in enumerate(zip(labels, sources, strict=True))
    )
    return Benchmark("x", clips, folds_by_name([str(fold) for fold in folds]), "official")


def _features(labels, noise, windows=3, seed=0):
    random = np.random.default_rng(seed)
    centres = {label: random.normal(size=12) for label in sorted(set(labels))}
    return [centres[label] + random.normal(0, noise, (windows, 12)) for label in labels]


def test_classes_apart_are_told_apart_and_noise_is_not():
    labels, folds = list("abc" * 20), [i // 12 for i in range(60)]
    benchmark = _benchmark(labels, folds)
    found = classify(benchmark, _features(labels, 0.1))
    assert (found.labels == labels).all()
    assert len(found.strengths) == 5
    random = np.random.default_rng(1)
    blind = classify(benchmark, [random.normal(size=(2, 12)) for _ in labels])
    assert np.mean(blind.labels == labels) < 0.6


def test_windows_are_averaged():
    labels, folds = list("ab" * 20), [i // 10 for i in range(40)]
    features = _features(labels, 2.5, windows=9)
    benchmark = _benchmark(labels, folds)
    of_one = np.mean(classify(benchmark, [one[:1] for one in features]).labels == labels)
    of_all = np.mean(classify(benchmark, features).labels == labels)
    assert of_all > of_one


def test_clips_may_have_different_numbers_of_windows():
    labels, folds = list("ab" * 10), [i // 5 for i in range(20)]
    features = [one[: 1 + i % 3] for i, one in enumerate(_features(labels, 0.1))]
    assert (classify(_benchmark(labels, folds), features).labels == labels).all()


def test_a_folds_result_does_not_depend_on_its_test_clips():
    """Scaling, C and SVM know the training folds only."""
    labels, folds = list("ab" * 15), [i // 10 for i in range(30)]
    features = _features(labels, 2.0)
    benchmark = _benchmark(labels, folds)
    found = classify(benchmark, features)
    changed = list(features)
    for i in range(2, 10):  # eight of the ten clips that fold 0 tests
        changed[i] = features[i] * 1e4 + 77
    again = classify(benchmark, changed)
    assert (found.labels[:2] == again.labels[:2]).all()
    assert found.strengths[0] == again.strengths[0]


@pytest.mark.parametrize(
    "sources",
    [None, [f"{i % 3} {i // 15}" for i in range(30)]],  # of one recording each C cannot be chosen
)
def test_several_processes_say_what_one_says(sources, monkeypatch):
    labels, folds = list("abc" * 10), [i // 15 for i in range(30)]
    features, benchmark = _features(labels, 1.5), _benchmark(labels, folds, sources)
    alone = classify(benchmark, features)
    monkeypatch.setattr(classifier, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(classifier, "usable_processors", lambda: 2)
    together = classify(benchmark, features)
    assert (together.labels == alone.labels).all()
    assert together.strengths == alone.strengths


def test_recordings_are_held_out_whole_to_choose_c():
    """Cuts of one recording on both sides of the choice would always ask for the largest C."""
    sources = [recording for recording in range(40) for _ in range(3)]
    labels = ["ab"[recording % 2] for recording in sources]
    folds = [recording % 4 // 2 for recording in sources]
    benchmark = _benchmark(labels, folds, sources)
    for fold in benchmark.folds:
        inner = _inner_fold(benchmark, fold)
        assert set(inner.train) | set(inner.test) == set(fold.train)
        assert not {sources[i] for i in inner.train} & {sources[i] for i in inner.test}
        assert {labels[i] for i in inner.test} == {"a", "b"}


def test_equal_features_are_survived():
    labels, folds = list("ab" * 10), [i // 5 for i in range(20)]
    found = classify(_benchmark(labels, folds), [np.ones((2, 4))] * 20)
    assert set(found.labels) <= {"a", "b"}


def test_too_few_recordings_to_choose_c():
    labels, folds = list("abab"), [0, 0, 1, 1]
    found = classify(_benchmark(labels, folds), _features(labels, 0.01))
    assert (found.labels == labels).all()
    assert found.strengths == (1.0, 1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_that_are_not_finite_are_an_error(value):
    labels, folds = list("ab" * 10), [i // 5 for i in range(20)]
    features = _features(labels, 0.1)
    features[7][0, 3] = value
    with pytest.raises(ValueError, match=r"1 of 20 clips, such as clip7, are NaN"):
        classify(_benchmark(labels, folds), features)
