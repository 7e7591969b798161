"""What a person asks of a continuous run."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.drift_validator.divergence_limits import (
    DivergenceLimits,
    parse_limits,
)
from objects_that_sound.models.declared import check_declared
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits


@dataclasses.dataclass(frozen=True)
class ContinuousOptions:
    """The options of `ots continue` besides those of `ots run`.

    Raises:
        ValueError: an option can't be right; says which and what to do.
    """

    window: Annotated[int, "Number of the latest accepted spans to train on.", Ge(1)] = 4
    min_new_videos: Annotated[int, "Number of new videos that are needed.", Ge(1)] = 1
    max_drift: Annotated[
        tuple[str, ...],
        "Largest allowed difference of a span from the one before, from 0 to 1, of all features or of "
        f"one, for example audio/loudness=0.5.  [default: {DivergenceLimits.default}]",
        OptionTraits(metavar="[FEATURE=]LIMIT"),
    ] = ()
    accept_drift: Annotated[
        bool,
        "Train on the new span, or on the last one if it was refused, however much it differs.",
    ] = False

    def __post_init__(self) -> None:
        check_declared(self)
        parse_limits(self.max_drift)

    @property
    def limits(self) -> DivergenceLimits:
        """How much a span may differ from the one before."""
        return parse_limits(self.max_drift)
