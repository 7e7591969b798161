"""Files of a folder by names that come from anybody."""

from __future__ import annotations

import pathlib
from collections.abc import Container


def file_below(folder: pathlib.Path, name: str, suffixes: Container[str]) -> pathlib.Path | None:
    """The file that a name means below a folder.

    Args:
        folder: nothing outside of it is found, whatever the name is and wherever links lead.
        name: a relative path.
        suffixes: that the file may have, in lower case, such as ".mp4".

    Returns:
        A regular file; None where there is no such one below the folder.
    """
    try:
        root = folder.resolve(strict=True)
        path = (root / name).resolve(strict=True)
        is_file = path.is_file()
    except (OSError, RuntimeError, ValueError):  # absent or too long; links in a ring; a null byte
        return None
    if is_file and path.is_relative_to(root) and path.suffix.lower() in suffixes:
        return path
    return None
