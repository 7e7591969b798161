"""Why there is no run."""

from __future__ import annotations


class RunError(Exception):
    """A run can't begin: there are no videos, say, or another one is at work; says why."""
