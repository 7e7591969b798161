"""Groups to splits."""

from __future__ import annotations

import collections

import pytest

from objects_that_sound.components.video_example_gen.splits import (
    VAL,
    assign_splits,
    listed_splits,
    named_or_dealt,
    split_shares,
)

_SPLITS = [("train", 800), ("eval", 200)]


def _assign(count: int, method: str = "rank", splits=_SPLITS, seed: int = 0) -> dict[str, str]:
    groups = [f"g{number}" for number in range(count)]
    return assign_splits(groups, splits, method=method, seed=seed)


@pytest.mark.parametrize(
    ("count", "evals"),
    [(2, 1), (3, 1), (4, 2), (5, 2), (7, 2), (10, 2), (11, 2), (13, 3), (100, 20)],
)
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


def _named_or_dealt(listed, splits=_SPLITS):
    return named_or_dealt(listed, splits, method="rank", seed=0)


def test_groups_that_no_list_names_are_dealt_among_the_other_splits():
    loose = [(f"g{number}", "") for number in range(30)]
    found = _named_or_dealt([*loose, ("a", "eval"), ("b", "eval"), ("a", "eval")])
    assert {group for group, split in found.items() if split == "eval"} == {"a", "b"}
    assert len(found) == 32
    with_val = _named_or_dealt([*loose, ("a", "eval")], split_shares(0.1))
    assert collections.Counter(with_val.values()) == {"train": 26, "val": 4, "eval": 1}


def test_where_a_list_names_all_or_nothing_it_is_as_without_this():
    loose = [(f"g{number}", "") for number in range(30)]
    assert _named_or_dealt(loose) == _assign(30)
    named = [("a", "train"), ("b", "eval")]
    assert _named_or_dealt(named) == listed_splits(named, ["train", "eval"])


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([("a", "eval"), ("a", ""), ("b", "")], "a group must stay together"),
        ([("a", "eval"), ("b", "train"), ("c", "")], "name the split of every video"),
        ([("a", "test"), ("b", ""), ("c", "")], "the split 'test', but there are train, eval"),
    ],
)
def test_names_that_cannot_be_followed_are_refused(listed, message):
    with pytest.raises(ValueError, match=message):
        _named_or_dealt(listed)


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


@pytest.mark.parametrize(
    ("count", "train", "val", "evals"),  # as in docs/ingest.md
    [
        *[(4, 2, 0, 2), (5, 3, 0, 2), (7, 5, 0, 2), (8, 4, 2, 2), (10, 6, 2, 2), (13, 8, 2, 3)],
        *[(20, 14, 2, 4), (100, 70, 10, 20)],
    ],
)
def test_val_takes_a_tenth_where_there_are_groups_enough(count, train, val, evals):
    counts = collections.Counter(_assign(count, splits=split_shares(0.1)).values())
    assert counts == collections.Counter({"train": train, "val": val, "eval": evals})


@pytest.mark.parametrize("method", ["rank", "hash"])
@pytest.mark.parametrize("count", [8, 9, 13, 40, 101])
def test_eval_is_the_same_with_val_and_without(method, count):
    without, with_val = (
        {
            group
            for group, split in _assign(count, method, split_shares(fraction)).items()
            if split == "eval"
        }
        for fraction in (0.0, 0.1)
    )
    assert without == with_val


def test_few_groups_change_their_split_when_videos_are_added():
    before = _assign(200, splits=split_shares(0.1))
    after = _assign(220, splits=split_shares(0.1))
    assert sum(before[group] != after[group] for group in before) <= 10


def test_hash_may_leave_val_empty_and_no_other_split():
    shares = [("train", 500), (VAL, 1), ("eval", 499)]
    assert set(_assign(20, "hash", shares).values()) == {"train", "eval"}


def test_shares_of_splits():
    assert split_shares(0.0) == [("train", 800), ("eval", 200)]
    assert split_shares(0.1) == [("train", 700), ("val", 100), ("eval", 200)]
    for shares in ((0.0, 0.0), (0.5, 0.5), (0.1, 1.0)):
        with pytest.raises(ValueError, match="must lie between 0 and 1"):
            split_shares(*shares)


@pytest.mark.parametrize("splits", [["train", "eval"], ["train", "val", "eval"]])
def test_a_list_may_have_val_or_not(splits):
    listed = [("a", "train"), ("b", "eval")]
    assert listed_splits(listed, splits) == dict(listed)
    listed.append(("c", "val"))
    assert listed_splits(listed, splits) == dict(listed)
