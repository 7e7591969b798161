"""Deciding which group of videos goes into which split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

TRAIN, VAL, EVAL = "train", "val", "eval"
"""To learn from; to choose the epoch by; to be looked at once, by the evaluators. The second may be
missing: then nothing was to be chosen, or there were too few groups."""

LEAST_GROUPS = 2
"""Of a split. A mismatched pair has its sound from another group."""

VAL_FRACTION = 0.1
"""Share of the groups that choose the epoch, where one is chosen."""

_LEAST_GROUPS_WITH_VAL = 8  # with fewer it would take more groups than are left to learn from
_BUCKETS = 1000


def split_shares(val_fraction: float, eval_fraction: float = 0.2) -> list[tuple[str, int]]:
    """Names and shares of the splits of an ingest.

    `eval` has the same groups with `val` and without it.

    Args:
        val_fraction: share of the groups that choose the epoch; 0 for no such split.
        eval_fraction: share of the groups to evaluate on.

    Raises:
        ValueError: a share is too small, or none is left to train on.
    """
    val_buckets, eval_buckets = round(val_fraction * _BUCKETS), round(eval_fraction * _BUCKETS)
    if not 1 <= eval_buckets <= _BUCKETS - 1 - val_buckets:
        raise ValueError(
            f"eval_fraction and val_fraction must lie between 0 and 1, together too; they are "
            f"{eval_fraction} and {val_fraction}"
        )
    shares = [(TRAIN, _BUCKETS - val_buckets - eval_buckets), (VAL, val_buckets)]
    return [*(one for one in shares if one[1]), (EVAL, eval_buckets)]


def assign_splits(
    groups: Iterable[str], splits: Sequence[tuple[str, int]], *, method: str, seed: int
) -> dict[str, str]:
    """Assigns every group as a whole to a split.

    Args:
        groups: names; repeats count once.
        splits: (name, share), shares as TFX's hash buckets: 4 and 1 mean 80 % and 20 %.
        method: "rank": groups in the order of their hashes are dealt out, so that every split gets
            its share to within one group, and at least LEAST_GROUPS of them where there are so many
            (else one). "hash": each group's hash decides, whatever other groups there are.
        seed: of the hash.

    Returns:
        The split of each group. VAL gets none where there are too few.

    Raises:
        ValueError: there are fewer groups than splits, or a split remains empty.
    """
    ordered = sorted(set(groups), key=lambda group: (_hash(group, seed), group))
    if len(ordered) < _LEAST_GROUPS_WITH_VAL:
        splits = [one for one in splits if one[0] != VAL]
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
    empty = [name for name, _ in splits if name not in {VAL, *assigned.values()}]
    if empty:
        raise ValueError(
            f"no group of videos fell into split {', '.join(empty)}: give more videos, or use "
            "split_method='rank'"
        )
    return assigned


def named_or_dealt(
    listed: Iterable[tuple[str, str]],
    splits: Sequence[tuple[str, int]],
    *,
    method: str,
    seed: int,
) -> dict[str, str]:
    """Takes the splits that a list of videos names; other groups are dealt among the other splits.

    Args:
        listed: group and split of each video; "" where the list names none.
        splits: see `assign_splits`.
        method: see `assign_splits`.
        seed: see `assign_splits`.

    Returns:
        The split of each group.

    Raises:
        ValueError: as `listed_splits` and `assign_splits`, or a group is named for some of its videos
            only.
    """
    listed = list(listed)
    named = {group: split for group, split in listed if split}
    others = [one for one in splits if one[0] not in named.values()]
    loose = [group for group, split in listed if not split]
    if torn := sorted(set(loose) & set(named)):
        raise ValueError(
            f"of the group {torn[0]!r} some videos are named for the split {named[torn[0]]} and "
            "others are not: a group must stay together"
        )
    dealt = {}
    if loose and any(name != VAL for name, _ in others):
        dealt = assign_splits(loose, others, method=method, seed=seed)
    names = [name for name, _ in splits]
    return listed_splits(((group, split or dealt.get(group, "")) for group, split in listed), names)


def listed_splits(listed: Iterable[tuple[str, str]], splits: Sequence[str]) -> dict[str, str]:
    """Takes the splits that a list of videos names.

    Args:
        listed: group and split of each video.
        splits: names of those that there are; VAL is one in any case, and may remain empty.

    Returns:
        The split of each group.

    Raises:
        ValueError: a video has no split or an unknown one, a group has several, or a split none.
    """
    assigned: dict[str, str] = {}
    for group, split in listed:
        if split not in {VAL, *splits}:
            raise ValueError(
                f"the list puts videos of {group!r} into the split {split!r}, but there are "
                f"{', '.join(splits)}: name the split of every video, or of none"
            )
        if assigned.setdefault(group, split) != split:
            raise ValueError(
                f"the list puts videos of the group {group!r} into the splits {split} and "
                f"{assigned[group]}: a group must stay together"
            )
    if empty := [name for name in splits if name not in {VAL, *assigned.values()}]:
        raise ValueError(f"the list has no videos of the split {', '.join(empty)}")
    return assigned


def _by_rank(ordered: list[str], splits: Sequence[tuple[str, int]], total: int) -> dict[str, str]:
    """Cuts the groups at the shares; from the last split on, so that those before give up groups."""
    assigned = {}
    left, end = total, len(ordered)
    least = LEAST_GROUPS if len(ordered) >= LEAST_GROUPS * len(splits) else 1
    for before, (name, share) in reversed(list(enumerate(splits))):
        left -= share
        begin = round(len(ordered) * left / total)
        begin = max(min(begin, end - least), least * before)
        assigned.update(dict.fromkeys(ordered[begin:end], name))
        end = begin
    return assigned


def _hash(group: str, seed: int) -> int:
    digest = hashlib.sha256(f"{seed}/{group}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big")
