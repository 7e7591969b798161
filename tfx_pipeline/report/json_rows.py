"""Files of one JSON object a line, such as ingest writes beside its examples."""

from __future__ import annotations

import json
import pathlib
from typing import Any


def json_rows(path: pathlib.Path) -> list[dict[str, Any]]:
    """The objects of a file's lines.

    Raises:
        OSError: the file cannot be read.
    """
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
