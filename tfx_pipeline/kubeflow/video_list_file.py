"""The list of a run's videos, as a file."""

from __future__ import annotations

import hashlib

VIDEO_LIST = "videos.csv"
"""Its name in the folder of the artifact."""


def fingerprint(path: str) -> str:
    """Of the list; it changes with any video's name, size and modification time."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
