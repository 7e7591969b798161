"""Chooses, for every frame, the sound of something that is not in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from objects_that_sound.components.evaluation.stable_hash import stable_hash


def off_screen_sounds(
    keys: Sequence[str],
    groups: Sequence[str],
    heard: Sequence[Collection[str]],
    seen: Sequence[Collection[str]],
    seed: int,
) -> dict[str, str]:
    """Assigns to each frame the sound of another group, none of whose classes is in the frame.

    The choice depends on the set of examples and the seed only, never on their order.

    Args:
        keys: one unique key per example.
        groups: the group of each.
        heard: the classes of what sounds in each; empty where not known.
        seen: the classes of all that is in the frame of each; empty where not known.
        seed: another seed gives another assignment.

    Returns:
        By key of the frame, the key of the sound. Frames without such a sound, or of which nothing
        is known, are left out.
    """
    rows = sorted(range(len(keys)), key=lambda row: (stable_hash(seed, keys[row]), keys[row]))
    sounding = [row for row in rows if heard[row]]
    chosen = {}
    for row in rows:
        if not seen[row]:
            continue
        visible = set(seen[row])
        start = stable_hash(seed, "off-screen", keys[row]) % max(len(sounding), 1)
        for other in sounding[start:] + sounding[:start]:
            if groups[other] != groups[row] and visible.isdisjoint(heard[other]):
                chosen[keys[row]] = keys[other]
                break
    return chosen
