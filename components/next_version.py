"""The version that a model is pushed as."""

from __future__ import annotations

import time

from objects_that_sound.components.folder_names import folder_names

_HIGHEST = 2**63 - 1
"""Model servers read versions as int64, and no folder of a higher number."""


def next_version(folder: str) -> str:
    """Finds a version that model servers take for the newest of a folder.

    Args:
        folder: path of numbered versions, here or on any storage that TensorFlow knows; it may not be
            there yet.

    Returns:
        Seconds since 1970, as TFX's Pusher has it; one more than the highest version there is, where that
        is not below them: a clock was set back, say, or somebody copied a model there.

    Raises:
        ValueError: the highest version that there can be is there.
    """
    names = (name for name in folder_names(folder) if name.isascii() and name.isdecimal())
    latest = max((int(name) for name in names if int(name) <= _HIGHEST), default=0)
    if latest == _HIGHEST:
        raise ValueError(
            f"{folder} has the version {latest}, and no model server reads a higher one: move that "
            "folder away"
        )
    return str(max(int(time.time()), latest + 1))
