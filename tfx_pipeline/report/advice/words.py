"""Numbers in sentences."""

from __future__ import annotations

import math

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


def size(number: float) -> str:
    """A number of bytes, such as "1.4 GB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:,.3g} TB" if number < 1000 else f"{number:,.0f} TB"


def duration(seconds: float) -> str:
    """A time, such as "20 minutes"."""
    for limit, unit, length in (
        (90, "second", 1),
        (90 * 60, "minute", 60),
        (48 * 3600, "hour", 3600),
        (60 * 86400, "day", 86400),
        (math.inf, "year", 365 * 86400),
    ):
        if seconds < limit:
            number = seconds / length
            return counted(max(1, round(number)), unit)
    raise AssertionError("unreachable")
