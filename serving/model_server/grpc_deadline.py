"""How long a gRPC client waits for an answer."""

from __future__ import annotations

import grpc

_FOR_EVER = 10.0**9
"""Seconds, 31 years. A call without a deadline has one that is centuries away."""


def seconds_left(context: grpc.ServicerContext) -> float | None:
    """Seconds until the deadline of a call; None where it has none."""
    left = context.time_remaining()
    return None if left is None or left > _FOR_EVER else left
