"""Channels that cancel each other when they are mixed."""

from __future__ import annotations

import numpy as np

from objects_that_sound.components.media.loudness import loudness_dbfs

_NEARLY_SILENT_DBFS = -45.0
_CANCELLED_DB = 20.0


def may_have_cancelled(mixed: np.ndarray) -> bool:
    """Whether a mix, int16 [n], is so quiet that its first channel is worth a look."""
    return loudness_dbfs(mixed) < _NEARLY_SILENT_DBFS


def audible(mixed: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Decides what is heard of one window of sound with several channels.

    Args:
        mixed: int16 [n], the mix of all channels.
        first: int16 [n], the first channel (the left one of two).

    Returns:
        `first` where the channels cancel each other: the mix is nearly silent, and much quieter
        than `first`. Otherwise `mixed`.
    """
    quieter = loudness_dbfs(first) - loudness_dbfs(mixed)
    return first if may_have_cancelled(mixed) and quieter > _CANCELLED_DB else mixed
