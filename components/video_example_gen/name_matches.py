"""What `group_regex` and `label_regex` find in the names of videos, told before anything runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import NamedTuple

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video import group_in_name, label_in_name
from objects_that_sound.components.video_example_gen.video_list import ListedVideo

_SHOWN = 3


class NameMatches(NamedTuple):
    """What a pattern finds in the names of files.

    Attributes:
        option: spelling of the option on the command line, such as "--group-regex".
        pattern: regular expression.
        found: what it found in each name that it matched, by path.
        missed: names of the files that it did not match, sorted.
    """

    option: str
    pattern: str
    found: dict[str, str]
    missed: tuple[str, ...]

    @property
    def kinds(self) -> int:
        """How many different groups or classes were found."""
        return len(set(self.found.values()))

    @property
    def text(self) -> str:
        """Sentences for people: how many names, into how many kinds, and which were missed."""
        is_group = self.option == "--group-regex"
        one, many = ("group", "groups") if is_group else ("class", "classes")
        names = len(self.found) + len(self.missed)
        kinds = f"{self.kinds} {one if self.kinds == 1 else many}"
        which = f"all {names} names" if not self.missed else f"{len(self.found)} of {names} names"
        sentences = [f"{self.option} '{self.pattern}' matched {which}, which makes {kinds}."]
        if self.missed:
            examples = ", ".join(map(repr, self.missed[:_SHOWN]))
            means = (
                "each of these is a group of its own, so cuts of one scene may stand in several "
                "splits"
                if is_group
                else "these get no class from their name"
            )
            sentences.append(f"It missed {len(self.missed)}, for example {examples}: {means}.")
        if is_group and self.kinds == len(self.found) > 1:
            sentences.append("No two names share a group, so it keeps nothing together.")
        return " ".join(sentences)


def name_matches(listed: Iterable[ListedVideo], config: IngestConfig) -> list[NameMatches]:
    """Tries the patterns of a configuration on the names of files.

    Args:
        listed: videos; a file of several segments counts once, a segment without a file does not.
        config: configuration with the patterns.

    Returns:
        What each pattern found that there is; none for those that are empty.

    Raises:
        ValueError: a pattern matches no name; says which, and what the names look like.
    """
    names = {video.path: posixpath.basename(video.path) for video in listed if video.size}
    matches = []
    for option, pattern, find in (
        ("--group-regex", config.group_regex, group_in_name),
        ("--label-regex", config.label_regex, label_in_name),
    ):
        if not pattern:
            continue
        all_found = {path: find(name, config) for path, name in names.items()}
        found = {path: value for path, value in all_found.items() if value}
        missed = tuple(sorted(name for path, name in names.items() if path not in found))
        if not found:
            examples = ", ".join(map(repr, missed[:_SHOWN]))
            raise ValueError(
                f"{option} '{pattern}' matches none of {len(missed)} names, for example "
                f"{examples}: mend the pattern, or leave the option out"
            )
        matches.append(NameMatches(option, pattern, found, missed))
    return matches
