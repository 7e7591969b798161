"""What a person asks of a continuous run."""

from __future__ import annotations

import dataclasses

from objects_that_sound.components.drift_validator.divergence_limits import DivergenceLimits

DEFAULT_WINDOW = 4


@dataclasses.dataclass(frozen=True)
class ContinuousOptions:
    """Options of `ots run --continuous`.

    Attributes:
        window: train on so many of the latest accepted spans.
        min_new_videos: fewer wait for more.
        limits: how much a span may differ from the one before.
        accept_drift: train on the span however much it differs.
    """

    window: int = DEFAULT_WINDOW
    min_new_videos: int = 1
    limits: DivergenceLimits = dataclasses.field(default_factory=DivergenceLimits)
    accept_drift: bool = False
