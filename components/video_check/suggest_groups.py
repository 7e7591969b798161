"""Suggests how the names of videos tell which are of one scene."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_PATTERNS = (
    # From what tells most scenes apart to what tells fewest.
    r"^(.+[_\-. ][A-Za-z]{0,6}\d+)[_\-. ][A-Za-z]{0,6}\d+(?:\.\d+)?\.[^.]+$",  # a_g01_c02.mp4
    r"^(.{11})_\d+(?:_\d+|\.\d+_\d+\.\d+)?\.[^.]+$",  # YouTube's ids and a start
    r"^(.+?)[_\-. ](?:part|pt|cut|clip|scene|take|seg|segment|chunk|c|s|t)?[_\-. ]?\d+\.[^.]+$",
)
_LEAST_GROUPS = 4


class SuggestedGroups(NamedTuple):
    """A pattern for `group_regex`.

    Attributes:
        pattern: regular expression; what its group captures names the scene.
        groups: number of groups that it makes.
        names: number of names that share a group with another.
    """

    pattern: str
    groups: int
    names: int


def suggest_groups(names: Iterable[str]) -> SuggestedGroups | None:
    """The pattern that tells most scenes apart, while most names still share theirs with another.

    A pattern that puts all names into fewer than four groups is none: they are then numbered, as
    video_001, and tell nothing.

    Args:
        names: of the files, with their suffixes.

    Returns:
        None where the names do not look like cuts of scenes.
    """
    names = list(names)
    for pattern in _PATTERNS:
        groups: dict[str, int] = {}
        for name in names:
            if match := re.search(pattern, name):
                groups[match[1]] = groups.get(match[1], 0) + 1
        shared = sum(count for count in groups.values() if count > 1)
        if len(groups) >= _LEAST_GROUPS and 2 * shared >= len(names):
            return SuggestedGroups(pattern, len(groups), shared)
    return None
