"""What is wrong with a public benchmark's folder."""

from __future__ import annotations


class BenchmarkError(ValueError):
    """A benchmark's folder can't be used; the message says why and what to do."""
