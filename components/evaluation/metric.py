"""What a metric is, whatever its value."""

from __future__ import annotations

import dataclasses
import enum


class Better(enum.Enum):
    """The direction in which a metric gets better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"
    """The metric only counts, or says how others were measured."""


class Rank(enum.Enum):
    """How far to the front a metric is shown."""

    HEADLINE = "headline"
    """The metric stands in the table of runs, too."""
    MAIN = "main"
    MINOR = "minor"
    """The metric is shown only where everything is."""


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric as an evaluator declares it, before anything is measured.

    Attributes:
        name: key in files and in thresholds, such as `avc_accuracy`.
        title: name for people, such as "AVC accuracy".
        better: direction in which it gets better.
        rank: how far to the front it is shown.
        unit: unit of its values; "" for a share, a score from 0 to 1, or a difference of such.
        basis: what the figure refers to where that depends on what was measured, such as "by
            class" or "by video"; figures of one name but different bases cannot be compared.
    """

    name: str
    title: str
    better: Better = Better.HIGHER
    rank: Rank = Rank.MAIN
    unit: str = ""
    basis: str = ""

    @property
    def column(self) -> str:
        """Key of its figures in tables of several runs: its name, and its basis if it has one."""
        return f"{self.name}, {self.basis}" if self.basis else self.name

    @property
    def best(self) -> float | None:
        """The best value that there can be; None where a unit or no direction leaves it open."""
        if self.unit or self.better is Better.NEITHER:
            return None
        return 1.0 if self.better is Better.HIGHER else 0.0

    def on(self, basis: str) -> Metric:
        """The same metric, measured on a basis that its title then names."""
        return dataclasses.replace(self, title=f"{self.title}, {basis}", basis=basis)
