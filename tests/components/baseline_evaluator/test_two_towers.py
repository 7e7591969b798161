"""The two small networks on made statistics."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.baseline_evaluator.two_towers import TwoTowers

NUM_GROUPS = 60


def _statistics(seed: int, tied: bool = True) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Frames and sounds of groups; tied, both follow from what the group is like."""
    random = np.random.default_rng(seed)
    hidden = np.random.default_rng(0)
    of_frames, of_sounds = hidden.normal(size=(3, 8)), hidden.normal(size=(3, 6))
    kinds = np.repeat(random.normal(size=(NUM_GROUPS, 3)), 8, axis=0)
    others = kinds if tied else np.repeat(random.normal(size=(NUM_GROUPS, 3)), 8, axis=0)
    frames = kinds @ of_frames + random.normal(0, 0.1, (len(kinds), 8))
    sounds = 100 + others @ of_sounds + random.normal(0, 0.1, (len(kinds), 6))
    groups = [f"group{seed}_{row // 8}" for row in range(len(kinds))]
    return np.append(frames, np.ones((len(kinds), 1)), axis=1), sounds, groups


def _accuracy(towers: TwoTowers, seed: int, tied: bool = True) -> float:
    frames, sounds, _ = _statistics(seed, tied)
    seen, heard = towers.embed_frames(frames), towers.embed_sounds(sounds)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-3)
    wrong = towers.decide(seen, np.roll(heard, 8, axis=0))
    return (towers.decide(seen, heard).mean() + 1 - wrong.mean()) / 2


def test_learns_what_frames_and_sounds_have_in_common():
    towers = TwoTowers().fit(*_statistics(1))
    assert _accuracy(towers, 2) > 0.85


def test_where_there_is_nothing_in_common_it_stays_at_chance():
    towers = TwoTowers().fit(*_statistics(1, tied=False))
    assert _accuracy(towers, 2, tied=False) == pytest.approx(0.5, abs=0.08)


def test_the_same_seed_learns_the_same():
    data = _statistics(1)
    first, second = TwoTowers().fit(*data), TwoTowers().fit(*data)
    np.testing.assert_allclose(first.embed_frames(data[0]), second.embed_frames(data[0]), atol=1e-4)


def test_too_few_groups_are_an_error():
    frames, sounds, _ = _statistics(1)
    with pytest.raises(ValueError, match="four groups of videos are needed, but there are 3"):
        TwoTowers().fit(frames[:24], sounds[:24], ["a", "b", "c"] * 8)
