"""Off-screen sounds are of classes that are not in the frame."""

from __future__ import annotations

import random
from collections import Counter

from objects_that_sound.components.localisation_evaluator.off_screen_sounds import off_screen_sounds

CLASSES = "abcdef"


def _dataset(count: int = 60) -> dict[str, tuple[str, list[str], list[str]]]:
    rng = random.Random(0)
    dataset = {}
    for row in range(count):
        seen = rng.sample(CLASSES, 3)
        dataset[f"k{row:02d}"] = (f"g{row // 4}", seen[:1], seen)
    return dataset


def _choose(dataset, seed: int = 0) -> dict[str, str]:
    groups, heard, seen = zip(*dataset.values(), strict=True)
    return off_screen_sounds(list(dataset), groups, heard, seen, seed)


def test_of_another_group_and_nothing_in_the_frame():
    dataset = _dataset()
    chosen = _choose(dataset)
    assert set(chosen) == set(dataset)
    for frame, sound in chosen.items():
        assert dataset[frame][0] != dataset[sound][0]
        assert not set(dataset[sound][1]) & set(dataset[frame][2])
    assert max(Counter(chosen.values()).values()) < 8


def test_order_does_not_matter_but_the_seed_does():
    dataset = _dataset()
    keys = list(dataset)
    random.Random(1).shuffle(keys)
    assert _choose(dataset) == _choose({key: dataset[key] for key in keys})
    assert _choose(dataset) != _choose(dataset, seed=1)


def test_frames_without_such_a_sound_are_left_out():
    dataset = {
        "all": ("g0", ["a"], ["a", "b"]),
        "one": ("g1", ["b"], ["b"]),
        "unknown": ("g2", [], []),
    }
    assert _choose(dataset) == {"one": "all"}
    assert _choose({"unknown": dataset["unknown"]}) == {}


def test_every_class_of_the_sound_must_be_absent():
    dataset = {
        "frame": ("g0", ["a"], ["a"]),
        "both": ("g1", ["b", "a"], ["b"]),
        "other": ("g2", ["b"], ["b"]),
    }
    assert _choose(dataset)["frame"] == "other"
