"""Writes a model's lineage as a page."""

from __future__ import annotations

import pathlib

from objects_that_sound.tfx_pipeline.report.advice.doubts import doubts_of
from objects_that_sound.tfx_pipeline.report.lineage import ModelLineage
from objects_that_sound.tfx_pipeline.report.lineage_text import (
    code_text,
    examples_text,
    metric_text,
    shown_metrics,
)
from objects_that_sound.tfx_pipeline.report.page import render_page

_MAX_VIDEOS_SHOWN = 1000


def write_lineage(lineage: ModelLineage, path: pathlib.Path) -> None:
    """Writes a page that needs no other file: examples to models, back to the first one."""
    page = render_page(
        "lineage.html.j2",
        chain=lineage.chain(),
        shown=_MAX_VIDEOS_SHOWN,
        code_text=code_text,
        doubts_of=doubts_of,
        examples_text=examples_text,
        metric_text=metric_text,
        shown_metrics=shown_metrics,
    )
    path.write_text(page, encoding="utf-8", errors="backslashreplace")
