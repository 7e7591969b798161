"""What a candidate may take to be served."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ServingLimits:
    """The limits of ServingValidator.

    Wide by default: they are to find what could not be served at all, not a busy machine. Who
    knows the machine that serves sets narrower ones.

    Attributes:
        load_seconds: from the start of the server's process until the version is served, warm-up
            included.
        request_seconds: for the slowest request of a batch of one.
        p99_seconds: 99 % of the requests take no longer.
        memory_bytes: peak of the server's resident memory.
    """

    load_seconds: float = 600.0
    request_seconds: float = 30.0
    p99_seconds: float = 5.0
    memory_bytes: int = 8 * 2**30

    def __post_init__(self):
        """Checks the values.

        Raises:
            ValueError: one is not positive.
        """
        for field in dataclasses.fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"{field.name} must be positive")
