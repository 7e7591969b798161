"""Parts of the training videos, by whole scenes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from objects_that_sound.components.evaluation.stable_hash import stable_hash

MIN_SCENES = 4

_MAX_OCTAVES = 0.5  # farther, and a quarter might as well be called a half


@dataclasses.dataclass(frozen=True)
class ScenePart:
    """Some of the scenes.

    Attributes:
        scenes: names of the groups of videos.
        clips: number of their videos.
    """

    scenes: frozenset[bytes]
    clips: int


def scene_parts(clips: Mapping[bytes, int], shares: Sequence[float]) -> list[ScenePart]:
    """Chooses parts of the scenes, each inside the next larger one.

    Args:
        clips: number of videos of each group.
        shares: shares of all videos in 0..1; each part comes as close, by its ratio, as whole
            scenes allow. 1 is all of them.

    Returns:
        A part a share; the same scenes give the same parts.

    Raises:
        ValueError: there are too few scenes, or their sizes differ so much that a part would be
            far from its share.
    """
    if len(clips) < MIN_SCENES:
        raise ValueError(
            f"the model learnt from {len(clips)} scenes, but training on parts of them needs at least "
            f"{MIN_SCENES}: give more videos, or a --group-regex that tells more scenes apart"
        )
    order = sorted(clips, key=lambda scene: (stable_hash("learning curve", scene), scene))
    until = [0]
    for scene in order:
        until.append(until[-1] + clips[scene])
    parts = []
    for share in shares:
        octaves = [abs(math.log2(number / (share * until[-1]))) for number in until[1:]]
        count = 1 + octaves.index(min(octaves))
        if min(octaves) > _MAX_OCTAVES:
            raise ValueError(
                f"no part of the scenes comes near {share:.0%} of the {until[-1]} clips, because a few "
                "scenes have most of them: give videos of more scenes"
            )
        parts.append(ScenePart(frozenset(order[:count]), until[count]))
    return parts
