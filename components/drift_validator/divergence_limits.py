"""How much two distributions may differ."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from objects_that_sound.components.span_statistics.feature_names import FEATURES


class SampleSize(NamedTuple):
    """What a distribution is of: numbers of examples, and of groups of videos that these are from."""

    examples: int
    groups: int


@dataclasses.dataclass(frozen=True)
class DivergenceLimits:
    """Limits of the Jensen-Shannon divergence, which is 0 for the same and 1 for disjoint ones.

    Histograms of few examples differ by chance, and so do those of few videos, whose examples are
    alike. The divergence of two samples of one collection falls with the inverse numbers of both;
    docs/continuous_training.md has the measurements.

    Attributes:
        default: what the distributions themselves may differ by.
        by_feature: instead, of single features.
        noise: allowance for chance, times the sum of the inverse numbers of examples and of groups
            of videos.
    """

    default: float = 0.1
    by_feature: Mapping[str, float] = dataclasses.field(default_factory=dict)
    noise: float = 3.0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.by_feature) - set(FEATURES))
        if unknown:
            raise ValueError(
                f"no feature {', '.join(unknown)}; those that are compared: {', '.join(FEATURES)}"
            )
        for value in (self.default, *self.by_feature.values()):
            if not 0 <= value <= 1:
                raise ValueError(f"a divergence lies between 0 and 1, not at {value:g}")
        if self.noise < 0:
            raise ValueError(f"the allowance for chance is {self.noise:g}, below 0")

    def allowed(self, feature: str, *samples: SampleSize) -> float:
        """What a feature's divergence may be; 1 or more: so few videos tell nothing.

        Args:
            feature: its name.
            *samples: sizes of both samples.
        """
        chance = sum(1 / max(1, number) for sample in samples for number in sample)
        return self.by_feature.get(feature, self.default) + self.noise * chance

    def to_json(self) -> str:
        """As a component's parameter."""
        return json.dumps(
            {"default": self.default, "by_feature": dict(self.by_feature), "noise": self.noise}
        )

    @classmethod
    def from_json(cls, text: str) -> DivergenceLimits:
        """The inverse of `to_json`."""
        return cls(**json.loads(text))


def parse_limits(texts: Sequence[str]) -> DivergenceLimits:
    """Reads limits as the command line spells them.

    Args:
        texts: each `0.2`, for all features, or `audio/loudness=0.5`, for one.

    Raises:
        ValueError: one is spelt otherwise, names no feature, or lies not between 0 and 1.
    """
    limits = DivergenceLimits()
    for text in texts:
        match = re.fullmatch(r"(?:([\w/]+)=)?(\d*\.?\d+)", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no limit: write 0.2, or audio/loudness=0.5")
        if match[1]:
            by_feature = {**limits.by_feature, match[1]: float(match[2])}
            limits = dataclasses.replace(limits, by_feature=by_feature)
        else:
            limits = dataclasses.replace(limits, default=float(match[2]))
    return limits
