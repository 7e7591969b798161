"""Which of a model's versions are to be served."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from tensorflow_serving.config.file_system_storage_path_source_pb2 import (
    FileSystemStoragePathSourceConfig,
)


@dataclasses.dataclass(frozen=True)
class VersionPolicy:
    """ServableVersionPolicy: the greatest numbers (the default), all, or those named.

    Attributes:
        num_latest: how many of the greatest numbers; None for all.
        specific: the versions named; None where none are, and `num_latest` counts.
    """

    num_latest: int | None = 1
    specific: frozenset[int] | None = None

    @classmethod
    def from_proto(
        cls, policy: FileSystemStoragePathSourceConfig.ServableVersionPolicy
    ) -> VersionPolicy:
        """From a model config; what is not set is the default."""
        chosen = policy.WhichOneof("policy_choice")
        if chosen == "all":
            return cls(num_latest=None)
        if chosen == "specific":
            return cls(specific=frozenset(policy.specific.versions))
        return cls(num_latest=max(1, policy.latest.num_versions))

    def select(self, versions: Iterable[int]) -> set[int]:
        """The versions to serve, of those that could be."""
        if self.specific is not None:
            return set(versions) & self.specific
        ordered = sorted(versions)
        return set(ordered if self.num_latest is None else ordered[-self.num_latest :])
