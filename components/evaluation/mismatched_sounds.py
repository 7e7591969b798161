"""Chooses, for every frame, the sound of something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from objects_that_sound.components.evaluation.stable_hash import stable_hash


def mismatched_sounds(keys: Sequence[str], groups: Sequence[str], seed: int) -> dict[str, str]:
    """Assigns to each example's frame the sound of an example of another group.

    The choice depends on the set of keys, their groups and the seed only, never on their order.
    Every sound is used exactly once, unless one group holds more than half of the examples (then
    its frames must share the others' sounds).

    Args:
        keys: one unique key per example.
        groups: the group of each key; a frame never gets a sound of its own group.
        seed: another seed gives another assignment.

    Returns:
        By key of the frame, the key of the sound.

    Raises:
        ValueError: keys are not unique, or there are fewer than two groups.
    """
    group_of = dict(zip(keys, groups, strict=True))
    if len(group_of) != len(keys):
        raise ValueError("keys of examples are not unique")
    sizes = Counter(groups)
    if len(sizes) < 2:
        raise ValueError(
            f"mismatched pairs need sounds of at least 2 different groups of videos, but there "
            f"are {len(sizes)} ({len(keys)} examples): add videos, or split them more finely "
            f"(--group-regex)"
        )
    frames = sorted(keys, key=lambda key: (stable_hash(seed, "frame", key), key))
    sounds = sorted(keys, key=lambda key: (stable_hash(seed, "sound", key), key))
    if max(sizes.values()) * 2 > len(keys):
        return {frame: _first_other(frame, sounds, group_of, seed) for frame in frames}
    count = len(frames)
    for i in range(count):
        group = group_of[frames[i]]
        if group_of[sounds[i]] != group:
            continue
        # At most 2 * size - 1 < count positions are unfit for the exchange, so one is found.
        for step in range(1, count):
            j = (i + step) % count
            if group_of[sounds[j]] != group and group_of[frames[j]] != group:
                sounds[i], sounds[j] = sounds[j], sounds[i]
                break
    return dict(zip(frames, sounds, strict=True))


def _first_other(frame: str, sounds: Sequence[str], group_of: dict[str, str], seed: int) -> str:
    start = stable_hash(seed, "start", frame) % len(sounds)
    rotated = (sounds[(start + step) % len(sounds)] for step in range(len(sounds)))
    return next(sound for sound in rotated if group_of[sound] != group_of[frame])
