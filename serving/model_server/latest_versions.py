"""Which of a model's versions are to be served."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class LatestVersions:
    """Serve the versions with the greatest numbers (TensorFlow Serving's default policy).

    Attributes:
        num_versions: how many of them.
    """

    num_versions: int = 1

    def select(self, versions: Iterable[int]) -> set[int]:
        """The versions to serve, of those that could be."""
        return set(sorted(versions)[-self.num_versions :])
