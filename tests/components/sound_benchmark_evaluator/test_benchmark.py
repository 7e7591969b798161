from __future__ import annotations

import pytest

from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
    BenchmarkError,
    Clip,
    Fold,
    folds_by_name,
)


def _clips(count):
    return tuple(Clip(f"/{i}", str(i), "ab"[i % 2], f"r{i}") for i in range(count))


def test_folds_test_each_part_once():
    folds = folds_by_name(["2", "10", "2", "1"])
    assert [fold.name for fold in folds] == ["1", "2", "10"]
    assert folds[1] == Fold("2", (1, 3), (0, 2))


def test_dropped_clips_leave_the_rest_in_their_folds():
    benchmark = Benchmark("x", _clips(8), folds_by_name(list("11112233")), "official")
    left = benchmark.without([0, 4, 5])
    assert [clip.name for clip in left.clips] == ["1", "2", "3", "6", "7"]
    assert left.folds == (Fold("1", (3, 4), (0, 1, 2)), Fold("3", (0, 1, 2), (3, 4)))
    with pytest.raises(BenchmarkError, match="trains on"):
        benchmark.without([1, 3, 5, 7])


def test_a_twin_of_a_tested_clip_is_not_trained_on():
    benchmark = Benchmark("x", _clips(6), folds_by_name(list("111222")), "official")
    apart = benchmark.without_twins({0: {5}, 5: {0}, 1: {2}, 2: {1}})
    assert apart.folds == (Fold("1", (3, 4), (0, 1, 2)), Fold("2", (1, 2), (3, 4, 5)))


def test_a_clip_is_tested_once():
    folds = (Fold("1", (0, 1), (2, 3)), Fold("2", (0, 1), (3, 4)))
    with pytest.raises(BenchmarkError, match="tested in two folds"):
        Benchmark("x", _clips(5), folds, "official")
