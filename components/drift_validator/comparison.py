"""What came of comparing a feature's distributions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from objects_that_sound.components.drift_validator.divergence_limits import SampleSize
from objects_that_sound.components.span_statistics.feature_names import FEATURES

DRIFT, SKEW = "drift", "skew"

COMPARISONS_FILE = "comparisons.json"
"""In the folder of DriftValidator's anomalies: every comparison."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Of one feature.

    Attributes:
        kind: DRIFT, of a span and earlier ones, or SKEW, of the splits `train` and `eval`.
        feature: its name.
        divergence: Jensen-Shannon, 0..1.
        allowed: what it may be; 1 or more where there are too few videos to tell.
        size: how many examples, and groups of videos, the distribution is of.
        baseline_size: and the one that it is compared with.
    """

    kind: str
    feature: str
    divergence: float
    allowed: float
    size: SampleSize
    baseline_size: SampleSize

    @property
    def passed(self) -> bool:
        """Whether the distributions are alike, as far as can be told."""
        return self.divergence <= self.allowed

    @property
    def too_few(self) -> bool:
        """Whether there are too few videos for any divergence to be too much."""
        return self.allowed >= 1

    @property
    def name(self) -> str:
        """The feature's name for people."""
        return FEATURES[self.feature]

    @property
    def text(self) -> str:
        """One sentence."""
        found = {
            (DRIFT, True): "is distributed as in the span before",
            (DRIFT, False): "differs from the span before",
            (SKEW, True): "is distributed alike in train and eval",
            (SKEW, False): "differs between train and eval",
        }[self.kind, self.passed]
        allowed = f"at most {self.allowed:.3f} is allowed"
        if self.too_few:
            allowed = "too few videos to tell"
        return f"{self.name} [{self.feature}] {found}: divergence {self.divergence:.3f}, {allowed}"


def write_comparisons(comparisons: Sequence[Comparison]) -> str:
    """As JSON, sizes as pairs."""
    return json.dumps([dataclasses.asdict(one) for one in comparisons], indent=2)


def read_comparisons(text: str) -> list[Comparison]:
    """The inverse of `write_comparisons`."""
    return [
        Comparison(
            **{
                **one,
                "size": SampleSize(*one["size"]),
                "baseline_size": SampleSize(*one["baseline_size"]),
            }
        )
        for one in json.loads(text)
    ]
