"""Which code runs."""

from __future__ import annotations

import functools
import os
import pathlib
import platform
import subprocess
from importlib import metadata

COMMIT_VARIABLE = "OTS_GIT_COMMIT"
"""Environment variable that names the commit where there is no git checkout: in a container image."""

_PACKAGE = "objects-that-sound"
_LIBRARIES = ("tfx", "tensorflow", "keras")


@functools.cache
def code_version() -> dict[str, str]:
    """Version of the package, commit where it is known, and versions of the main libraries.

    Returns:
        `package`, `git_commit` (with "+changes" behind it if tracked files were changed; "" where
        it is not known), `python` and the libraries.
    """
    return {
        "package": _version(_PACKAGE),
        "git_commit": os.environ.get(COMMIT_VARIABLE) or _git_commit(),
        "python": platform.python_version(),
        **{name: _version(name) for name in _LIBRARIES},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _git_commit() -> str:
    here = pathlib.Path(__file__)
    # An environment may lie in some other project's checkout.
    if _git(here.parent, "ls-files", "--error-unmatch", here.name) is None:
        return ""
    commit = _git(here.parent, "rev-parse", "HEAD") or ""
    changed = _git(here.parent, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+changes" if commit and changed else commit


def _git(folder: pathlib.Path, *arguments: str) -> str | None:
    """What git says; None if it is not there or fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
