"""The CPU time of work in this process."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_time(work: Callable[[], object], calls: int = 1) -> float:
    """Takes the CPU time of a call, of all threads of this process, in seconds.

    Args:
        work: function to call.
        calls: how often; the mean is taken.
    """
    begin = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - begin) / calls
