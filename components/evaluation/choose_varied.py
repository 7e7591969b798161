"""Chooses a few examples to show."""

from __future__ import annotations

from collections.abc import Sequence

from objects_that_sound.components.evaluation.stable_hash import stable_hash


def choose_varied(
    keys: Sequence[str], labels: Sequence[str], groups: Sequence[str], count: int, salt: str
) -> list[int]:
    """Chooses rows of different classes and groups as far as there are any, always the same.

    Args:
        keys: unique name of each row; its hash decides who comes first.
        labels: class of each row, "" where not known.
        groups: group of videos of each row.
        count: how many to choose at most.
        salt: another salt gives another choice.

    Returns:
        The rows chosen, no row twice.
    """
    order = sorted(range(len(keys)), key=lambda row: (stable_hash(salt, keys[row]), keys[row]))
    chosen: list[int] = []
    # First new classes in new groups, then new groups, then whatever there is.
    for fresh in (
        lambda row: _new(row, labels, chosen) and _new(row, groups, chosen),
        lambda row: _new(row, groups, chosen),
        lambda row: True,
    ):
        for row in order:
            if len(chosen) < count and row not in chosen and fresh(row):
                chosen.append(row)
    return chosen


def _new(row: int, values: Sequence[str], chosen: list[int]) -> bool:
    return values[row] != "" and all(values[row] != values[other] for other in chosen)
