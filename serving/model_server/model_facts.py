"""What is known of a version beside what its signatures tell: how well it was found to do."""

from __future__ import annotations

import json
import pathlib
from typing import Any

FACTS_PATH = pathlib.PurePath("assets.extra", "facts.json")
"""Below the folder of a version. `assets.extra` is TensorFlow Serving's place for such files."""


def read_model_facts(version: pathlib.Path) -> dict[str, Any]:
    """Reads the facts of a version.

    Args:
        version: folder of the version.

    Returns:
        `search`, with `title`, `value`, `low`, `high` (null where not known) and `chance` of how well
        what is found fits. What nobody knows is left out; a damaged file tells nothing.
    """
    try:
        text = (version / FACTS_PATH).read_text("utf-8")
        facts = json.loads(text, parse_constant=lambda name: None)  # no NaN: the page takes JSON
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
