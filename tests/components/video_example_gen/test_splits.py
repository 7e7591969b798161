"""Groups to splits."""

from __future__ import annotations

import collections

import pytest

from objects_that_sound.components.video_example_gen.splits import assign_splits, listed_splits

_SPLITS = [("train", 800), ("eval", 200)]


def _assign(count: int, method: str = "rank", splits=_SPLITS, seed: int = 0) -> dict[str, str]:
    groups = [f"g{number}" for number in range(count)]
    return assign_splits(groups, splits, method=method, seed=seed)


@pytest.mark.parametrize(("count", "evals"), [(2, 1), (3, 1), (10, 2), (11, 2), (100, 20)])
def test_rank_gives_exact_shares(count, evals):
    assert collections.Counter(_assign(count).values())["eval"] == evals


def test_every_split_gets_a_group():
    splits = [("a", 1), ("b", 1000), ("c", 1)]
    assert set(_assign(3, splits=splits).values()) == {"a", "b", "c"}


def test_hash_looks_at_each_group_alone():
    small, large = _assign(50, "hash"), _assign(500, "hash")
    assert all(large[group] == split for group, split in small.items())
    assert collections.Counter(large.values())["eval"] == pytest.approx(100, abs=35)


def test_seed_changes_the_choice():
    assert _assign(50) == _assign(50)
    assert _assign(50) != _assign(50, seed=1)


def test_too_few_groups():
    with pytest.raises(ValueError, match="at least 2 groups"):
        _assign(1)
    with pytest.raises(ValueError, match="split_method='rank'"):
        _assign(2, "hash", [("train", 10**6), ("eval", 1)])


def test_the_splits_of_a_list_are_taken():
    listed = [("a", "train"), ("b", "eval"), ("a", "train")]
    assert listed_splits(listed, ["train", "eval"]) == {"a": "train", "b": "eval"}


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([("a", "train"), ("b", "")], "of every video, or of none"),
        ([("a", "train"), ("b", "test")], "'test', but there are train, eval"),
        ([("a", "train"), ("a", "eval")], "must stay together"),
        ([("a", "train"), ("b", "train")], "no videos of the split eval"),
    ],
)
def test_splits_that_a_list_cannot_have(listed, message):
    with pytest.raises(ValueError, match=message):
        listed_splits(listed, ["train", "eval"])
