"""The folder of this machine in which a run works."""

from __future__ import annotations

import os
import re

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)


def is_address(root: str) -> bool:
    """Whether a root is not on this machine, as in s3://bucket/root."""
    return _ADDRESS.match(root) is not None


def work_folder(root: str) -> str:
    """The root itself, where it is a folder; else a folder that has a copy of it.

    That lies in the user's folder of caches: if it is lost, it is fetched again. Whoever calls the
    same root gets the same folder.

    Args:
        root: path or address.

    Returns:
        An absolute path; the folder need not exist.

    Raises:
        ValueError: the address is of a storage on which no root can be, or there is none.
    """
    match = _ADDRESS.match(root)
    if not root:  # as of a variable of a shell that is not set
        raise ValueError("the name of the root is empty: name a folder")
    if match is None:
        return os.path.abspath(root)
    parts = [part for part in match[2].split("/") if part]
    if match[1] != "s3" or not parts or {".", ".."} & set(parts):
        raise ValueError(
            f"a root is a folder of this machine or an address such as s3://bucket/root, not {root}"
        )
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(os.path.abspath(caches), "objects-that-sound", "roots", "s3", *parts)
