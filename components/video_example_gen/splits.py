"""Deciding which group of videos goes into which split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def assign_splits(
    groups: Iterable[str], splits: Sequence[tuple[str, int]], *, method: str, seed: int
) -> dict[str, str]:
    """Assigns every group as a whole to a split.

    Args:
        groups: names; repeats count once.
        splits: (name, share), shares as TFX's hash buckets: 4 and 1 mean 80 % and 20 %.
        method: "rank": groups in the order of their hashes are dealt out, so that every split gets
            its share to within one group, and at least one. "hash": each group's hash decides,
            whatever other groups there are.
        seed: of the hash.

    Returns:
        The split of each group.

    Raises:
        ValueError: there are fewer groups than splits, or a split remains empty.
    """
    ordered = sorted(set(groups), key=lambda group: (_hash(group, seed), group))
    total = sum(share for _, share in splits)
    if len(ordered) < len(splits):
        raise ValueError(
            f"{len(splits)} splits ({', '.join(name for name, _ in splits)}) need at least "
            f"{len(splits)} groups of videos, but there are {len(ordered)}: give more videos, or "
            "a group_regex that tells more groups apart"
        )
    if method == "rank":
        return _by_rank(ordered, splits, total)
    assigned = {}
    for group in ordered:
        bucket = _hash(group, seed) % total
        for name, share in splits:
            if bucket < share:
                assigned[group] = name
                break
            bucket -= share
    empty = [name for name, _ in splits if name not in assigned.values()]
    if empty:
        raise ValueError(
            f"no group of videos fell into split {', '.join(empty)}: give more videos, or use "
            "split_method='rank'"
        )
    return assigned


def listed_splits(listed: Iterable[tuple[str, str]], splits: Sequence[str]) -> dict[str, str]:
    """Takes the splits that a list of videos names.

    Args:
        listed: group and split of each video.
        splits: names of those that there are.

    Returns:
        The split of each group.

    Raises:
        ValueError: a video has no split or an unknown one, a group has several, or a split none.
    """
    assigned: dict[str, str] = {}
    for group, split in listed:
        if split not in splits:
            raise ValueError(
                f"the list puts videos of {group!r} into the split {split!r}, but there are "
                f"{', '.join(splits)}: name the split of every video, or of none"
            )
        if assigned.setdefault(group, split) != split:
            raise ValueError(
                f"the list puts videos of the group {group!r} into the splits {split} and "
                f"{assigned[group]}: a group must stay together"
            )
    if empty := [name for name in splits if name not in assigned.values()]:
        raise ValueError(f"the list has no videos of the split {', '.join(empty)}")
    return assigned


def _by_rank(ordered: list[str], splits: Sequence[tuple[str, int]], total: int) -> dict[str, str]:
    assigned = {}
    passed, begin = 0, 0
    for index, (name, share) in enumerate(splits):
        passed += share
        after = len(splits) - index - 1
        end = round(len(ordered) * passed / total)
        end = min(max(end, begin + 1), len(ordered) - after)
        assigned.update(dict.fromkeys(ordered[begin:end], name))
        begin = end
    return assigned


def _hash(group: str, seed: int) -> int:
    digest = hashlib.sha256(f"{seed}/{group}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big")
