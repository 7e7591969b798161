"""Lets one run at a time work in a root, of whichever kind."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.this_process import this_process


@contextlib.contextmanager
def run_lock(path: str) -> Iterator[None]:
    """Holds a lock, which ends with the process, however that ends.

    Args:
        path: of the lock's file, in the root.

    Raises:
        RunError: another run holds it; says which process, where and since when. Or the root can't be
            written to, or its file system has no locks.
    """
    root = os.path.dirname(path)
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "a+"))  # what the holder wrote stays
        except OSError as error:
            raise RunError(f"{root} can't be written to: {error}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read() or "a process that has just begun"
            raise RunError(
                f"another run is at work in {root}: {holder}. Wait until it has ended, end it, or "
                "give another --root"
            ) from error
        except OSError as error:
            raise RunError(
                f"{path} can't be locked, so that two runs could meet there: {error}. Give a --root "
                "on another file system"
            ) from error
        file.truncate(0)
        file.write(this_process())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
