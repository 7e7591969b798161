"""Lets one continuous run at a time work in a root."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator


@contextlib.contextmanager
def run_lock(path: str) -> Iterator[None]:
    """Holds a lock, which ends with the process, however that ends.

    Args:
        path: of the lock's file.

    Raises:
        BlockingIOError: another process holds it.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
