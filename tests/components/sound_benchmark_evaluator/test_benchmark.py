from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.sound_benchmark_evaluator.benchmark import (
    Benchmark,
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
    with pytest.raises(BenchmarkError, match="no fold is left"):
        benchmark.without(range(8))


def test_what_a_fold_cannot_train_it_does_not_test_though_others_train_on_it():
    clips = tuple(Clip(f"/{i}", str(i), label, f"r{i}") for i, label in enumerate("abcabcac"))
    benchmark = Benchmark("x", clips, folds_by_name(list("11122233")), "official")
    assert benchmark.untaught() == {}
    left = benchmark.without([4])  # the b of fold 2: that of fold 1 is alone now
    assert left.untaught() == {1: "1"}
    assert left.num_tested == 7
    tested = left.without_tests(left.untaught())
    assert tested.num_tested == 6
    assert tested.folds == (
        Fold("1", (3, 4, 5, 6), (0, 2)),
        Fold("2", (0, 1, 2, 5, 6), (3, 4)),
        Fold("3", (0, 1, 2, 3, 4), (5, 6)),
    )


def test_one_class_is_nothing_to_learn():
    benchmark = Benchmark("x", _clips(8), folds_by_name(list("11112222")), "official")
    left = benchmark.without([4, 6])  # only class b is left of fold 2
    assert left.untaught() == {0: "1", 1: "1", 2: "1", 3: "1"}
    assert [fold.name for fold in left.without_tests(left.untaught()).folds] == ["2"]
    with pytest.raises(BenchmarkError, match="no fold is left that trains on two classes"):
        left.without_tests(range(8))
    with pytest.raises(BenchmarkError, match="clips are of 1 class"):
        benchmark.without([1, 3, 5, 7])


def test_where_every_class_is_in_every_fold_all_is_tested():
    benchmark = Benchmark("x", _clips(8), folds_by_name(list("11112222")), "official")
    assert benchmark.untaught() == {}
    assert benchmark.without_tests({}) == benchmark


def test_a_twin_of_a_tested_clip_is_not_trained_on():
    benchmark = Benchmark("x", _clips(6), folds_by_name(list("111222")), "official")
    apart = benchmark.without_twins({0: {5}, 5: {0}, 1: {2}, 2: {1}})
    assert apart.folds == (Fold("1", (3, 4), (0, 1, 2)), Fold("2", (1, 2), (3, 4, 5)))


def test_a_clip_is_tested_once():
    folds = (Fold("1", (0, 1), (2, 3)), Fold("2", (0, 1), (3, 4)))
    with pytest.raises(BenchmarkError, match="tested in two folds"):
        Benchmark("x", _clips(5), folds, "official")
