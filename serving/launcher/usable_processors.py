"""How many processors this process may use."""

from __future__ import annotations

import os


def usable_processors() -> int:
    """Processors that this process may use, at least 1.

    Those that it was pinned to (taskset, Slurm, a container's cpuset) where the system tells, else
    all of the machine.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
