"""Who is told how a run proceeds."""

from __future__ import annotations

from collections.abc import Sequence

from objects_that_sound.components.video_example_gen.name_matches import NameMatches
from objects_that_sound.components.video_example_gen.video_list import ListedVideo


class RunListener:
    """Takes no notice; what overrides a method does."""

    def videos_listed(self, videos: Sequence[ListedVideo]) -> None:
        """All videos or segments were found; those without a file have no size."""

    def names_matched(self, matches: NameMatches) -> None:
        """A pattern was tried on the names of all files."""

    def span_planned(self, plan: str) -> None:
        """A continuous run knows what it has to do: one sentence."""

    def root_moved(self, was: str) -> None:
        """The root was called otherwise when it was last used; nothing there counts as unchanged."""

    def root_copied(self, what: str) -> None:
        """A sentence on a root that lies on object storage: where its copy is, or what goes wrong."""

    def stage_started(self, name: str) -> None:
        """A component, or what comes behind the last one, is at work."""

    def stage_reused(self, name: str) -> None:
        """A component that was told as started has its outputs from an earlier run."""

    def left_out(self, what: str) -> None:
        """Something that comes with the report could not be made; a sentence says what and why."""
