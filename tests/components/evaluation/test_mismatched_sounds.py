"""Mismatched sounds: of other groups, evenly used, independent of order."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from objects_that_sound.components.evaluation.mismatched_sounds import mismatched_sounds


def _dataset(sizes: list[int]) -> dict[str, str]:
    return {f"v{g}-{i}": f"g{g}" for g, size in enumerate(sizes) for i in range(size)}


@pytest.mark.parametrize("sizes", [[1, 1], [5, 5], [10, 4, 3, 3], [7] * 20, [1, 2, 3, 4, 5]])
def test_every_sound_once_and_never_of_the_own_group(sizes):
    dataset = _dataset(sizes)
    chosen = mismatched_sounds(list(dataset), list(dataset.values()), seed=0)
    assert set(chosen) == set(dataset)
    assert set(chosen.values()) == set(dataset)
    assert all(dataset[frame] != dataset[sound] for frame, sound in chosen.items())


def test_one_group_of_more_than_half_shares_the_other_sounds():
    dataset = _dataset([9, 1, 2])
    chosen = mismatched_sounds(list(dataset), list(dataset.values()), seed=0)
    assert all(dataset[frame] != dataset[sound] for frame, sound in chosen.items())
    used = Counter(chosen[frame] for frame, group in dataset.items() if group == "g0")
    assert set(used) <= {"v1-0", "v2-0", "v2-1"}


def test_order_does_not_matter_but_the_seed_does():
    dataset = _dataset([6] * 10)
    shuffled = list(dataset)
    random.Random(1).shuffle(shuffled)
    first = mismatched_sounds(list(dataset), list(dataset.values()), seed=3)
    assert first == mismatched_sounds(shuffled, [dataset[key] for key in shuffled], seed=3)
    assert first != mismatched_sounds(list(dataset), list(dataset.values()), seed=4)


def test_a_groups_frames_get_sounds_of_many_groups():
    dataset = _dataset([10] * 20)
    chosen = mismatched_sounds(list(dataset), list(dataset.values()), seed=0)
    partners = {dataset[chosen[frame]] for frame, group in dataset.items() if group == "g0"}
    assert len(partners) >= 5


@pytest.mark.parametrize("sizes", [[], [4]])
def test_one_group_is_too_few(sizes):
    dataset = _dataset(sizes)
    with pytest.raises(ValueError, match="at least 2 different groups"):
        mismatched_sounds(list(dataset), list(dataset.values()), seed=0)


def test_keys_must_be_unique():
    with pytest.raises(ValueError, match="not unique"):
        mismatched_sounds(["a", "a"], ["g", "h"], seed=0)
