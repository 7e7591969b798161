"""A figure that was measured and what it should be."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    """A ratio within one run, at most a limit.

    Attributes:
        name: what it is.
        value: as measured.
        limit: the greatest that is right.
    """

    name: str
    value: float
    limit: float

    @property
    def met(self) -> bool:
        """Whether it is right."""
        return self.value <= self.limit

    def __str__(self) -> str:
        word = "met   " if self.met else "MISSED"
        return f"  {word}  {self.name}: {self.value:.3f}, wanted <= {self.limit}"
