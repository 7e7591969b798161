"""Files that can't be used, as a CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable

COLUMNS = ("video", "reason", "detail")


def write_rejects(path: str | os.PathLike, rejects: Iterable[tuple[str, str, str]]) -> None:
    """Writes a row for each file: its path, the reason by its name, and what was found.

    Raises:
        OSError: the CSV can't be written.
    """
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rejects)
