from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.evaluation.bootstrap import (
    Statistic,
    bootstrap,
    bootstrap_change,
)


def _sample(random: np.random.Generator, clusters: int, size: int) -> tuple[np.ndarray, list[str]]:
    """Values of mean 0 that resemble each other within a cluster."""
    common = np.repeat(random.normal(size=clusters), size)
    names = [f"scene{i // size}" for i in range(clusters * size)]
    return common + 0.5 * random.normal(size=clusters * size), names


def _mean_of(values: np.ndarray) -> Statistic:
    return lambda rows: values[rows].mean()


@pytest.mark.parametrize(("clusters", "size"), [(8, 5), (40, 10)])
def test_the_interval_covers_the_truth_as_often_as_it_says(clusters, size):
    random = np.random.default_rng(0)
    below = above = 0
    trials = 400
    for trial in range(trials):
        values, names = _sample(random, clusters, size)
        found = bootstrap(_mean_of(values), names, resamples=300, seed=trial)
        below += found.high < 0
        above += found.low > 0
    # 5 % each; standard deviation of such a share here: 1.1 %.
    assert 0.02 < below / trials < 0.08
    assert 0.02 < above / trials < 0.08


def test_examples_of_one_scene_do_not_count_as_many():
    values, names = _sample(np.random.default_rng(1), clusters=30, size=20)
    clustered = bootstrap(_mean_of(values), names)
    single = bootstrap(_mean_of(values), [str(i) for i in range(len(values))])
    assert clustered.value == single.value == pytest.approx(values.mean())
    # The scenes' common part makes most of the variance: 20 examples are hardly more than one.
    assert clustered.high - clustered.low > 3 * (single.high - single.low)


def test_scenes_of_different_sizes_are_drawn_whole():
    names = ["a", "b", "b", "a", "c", "b"]
    seen = []

    def statistic(rows: np.ndarray) -> float:
        seen.append(np.bincount(rows, minlength=6))
        return 0.5

    bootstrap(statistic, names, resamples=50)
    assert list(seen[0]) == [1] * 6
    for counts in seen[1:]:
        assert counts[0] == counts[3]
        assert counts[1] == counts[2] == counts[5]
        assert counts[0] + counts[1] + counts[4] == 3


def test_the_same_seed_gives_the_same_interval():
    values, names = _sample(np.random.default_rng(2), clusters=10, size=3)
    mean = _mean_of(values)
    assert bootstrap(mean, names, seed=1) == bootstrap(mean, names, seed=1)
    assert bootstrap(mean, names, seed=1) != bootstrap(mean, names, seed=2)


def test_a_change_is_known_better_than_either_figure():
    random = np.random.default_rng(3)
    hard, names = _sample(random, clusters=40, size=5)
    candidate = hard + 0.1 + 0.05 * random.normal(size=len(hard))
    change = bootstrap_change(_mean_of(candidate), _mean_of(hard), names)
    alone = bootstrap(_mean_of(candidate), names)
    assert change.value == pytest.approx(0.1, abs=0.02)
    assert change.low > 0
    assert change.high - change.low < (alone.high - alone.low) / 5


def test_one_scene_tells_nothing():
    found = bootstrap(lambda rows: 0.9, ["only"] * 100)
    assert (found.value, found.low, found.high) == (0.9, -np.inf, np.inf)
    assert found.to_json() == {"value": 0.9, "low": None, "high": None}


def test_resamples_without_a_figure_are_left_out():
    positive = np.array([1, 0, 0, 0, 0])

    def share(rows: np.ndarray) -> float:
        return 0.25 if positive[rows].any() else np.nan

    often = bootstrap(share, [str(i) for i in range(5)])
    assert (often.low, often.high) == (0.25, 0.25)
    seldom = bootstrap(lambda rows: 0.25 if len(set(rows)) > 4 else np.nan, list("abcde"))
    assert (seldom.low, seldom.high) == (-np.inf, np.inf)


@pytest.mark.parametrize(("value", "names"), [(np.nan, ["a", "b"]), (0.5, [])])
def test_what_cannot_be_measured_is_an_error(value, names):
    with pytest.raises(ValueError, match="examples"):
        bootstrap(lambda rows: value, names)
