"""How to start Python so that it imports nothing from the working directory."""

from __future__ import annotations

import os
import sys

_FLAG = "-P"


def isolated_python(*arguments: str) -> list[str]:
    """A command that runs this Python: a folder `serving` or a file `numpy.py` of a user's own, in the
    working directory, is not imported.

    Args:
        *arguments: of Python, such as `-m`, `package.main`.
    """
    return [sys.executable, _FLAG, *arguments]


def isolate_children() -> None:
    """Isolates the Pythons too that libraries start from now on, such as the workers of Beam.

    What the user set in the environment wins.
    """
    os.environ.setdefault("PYTHONSAFEPATH", "1")
