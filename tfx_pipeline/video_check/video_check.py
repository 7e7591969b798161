"""The facts of a check of videos."""

from __future__ import annotations

import collections
import dataclasses

from objects_that_sound.components.video_check.probed_video import ProbedVideo
from objects_that_sound.components.video_check.suggest_groups import SuggestedGroups
from objects_that_sound.components.video_example_gen.name_matches import NameMatches
from objects_that_sound.tfx_pipeline.report.video_counts import VideoCounts
from objects_that_sound.tfx_pipeline.video_check.preset_cost import PresetCost


@dataclasses.dataclass(frozen=True)
class VideoCheck:
    """What is known of videos before a run.

    Attributes:
        listed: number of videos, or of segments of them.
        bytes: size of all files.
        moments: number of whole seconds that can be used, none of which overlap.
        rejects: files that can't be used, as far as their headers tell.
        without_sound: number of those that only lack sound.
        matches: what the patterns found in the names.
        counts: clips and scenes of each split, and seconds, of what can be used.
        split_problem: why it can't be split; "" where it can.
        suggested: pattern for scenes, where none is given and the names look like cuts of them.
        copies: paths of files of the same content, two or more together.
        same_sounds: paths of videos that begin with the same sound; None where nobody listened.
        costs: of each preset.
        free_bytes: room where the root will be.
    """

    listed: int
    bytes: int
    moments: int
    rejects: tuple[ProbedVideo, ...]
    without_sound: int
    matches: tuple[NameMatches, ...]
    counts: VideoCounts
    split_problem: str
    suggested: SuggestedGroups | None
    copies: tuple[tuple[str, ...], ...]
    same_sounds: tuple[tuple[str, ...], ...] | None
    costs: tuple[PresetCost, ...]
    free_bytes: int

    @property
    def usable(self) -> int:
        """Number of videos, or segments, that can be used."""
        return sum(self.counts.clips.values()) or self.listed - len(self.rejects)

    @property
    def reasons(self) -> dict[str, int]:
        """Number of rejects by reason, the most frequent first."""
        return dict(collections.Counter(one.reason for one in self.rejects).most_common())
