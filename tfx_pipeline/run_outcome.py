"""How a run ended."""

from __future__ import annotations

import dataclasses
from typing import Any

from objects_that_sound.tfx_pipeline.run_paths import RunPaths


@dataclasses.dataclass(frozen=True)
class RunOutcome:
    """What came of a run in which nothing failed.

    Attributes:
        paths: where everything was kept.
        report: content of report.json; empty where there was nothing to do.
        videos_refused: reason why a continuous run trained on nothing; "" if it did.
    """

    paths: RunPaths
    report: dict[str, Any] = dataclasses.field(default_factory=dict)
    videos_refused: str = ""
