"""torchcodec without its first pass over the packets: seeks by the container's word."""

from __future__ import annotations

from benchmarks.ingest.contestants import torchcodec_batch
from benchmarks.ingest.contestants.torchcodec_batch import VERSION as VERSION


def read(path: str, times: list[float]) -> list[tuple[bytes, bytes]]:
    """See the package."""
    return torchcodec_batch.read(path, times, "approximate")
