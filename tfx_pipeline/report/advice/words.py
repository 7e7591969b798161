"""Numbers in sentences."""

from __future__ import annotations

from objects_that_sound.components.evaluation.estimate import Estimate


def with_interval(estimate: Estimate, form: str = ".3f") -> str:
    """A figure and its interval."""
    if not estimate.known:
        return f"{estimate.value:{form}}"
    return f"{estimate.value:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things, such as "1 scene" and "1,152 scenes"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def hours(seconds: float) -> str:
    """A length of video, such as "0.63 hours"."""
    value = seconds / 3600
    number = f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
    return f"{number} {'hour' if number == '1' else 'hours'}"
