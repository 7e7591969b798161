"""Writes the report of a run: `report.json` and a self-contained `report.html`."""

from __future__ import annotations

import collections
import json
import pathlib
from typing import Any

import markupsafe

from objects_that_sound.components.evaluation.metric import Rank
from objects_that_sound.tfx_pipeline.report.advice.advice import advise
from objects_that_sound.tfx_pipeline.report.charts import (
    metrics_chart,
    training_curves,
    trend_charts,
)
from objects_that_sound.tfx_pipeline.report.glossary import GLOSSARY
from objects_that_sound.tfx_pipeline.report.held_out_clips import held_out_clips_folder
from objects_that_sound.tfx_pipeline.report.page import load_json, render_page
from objects_that_sound.tfx_pipeline.report.report_json import report_json
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary
from objects_that_sound.tfx_pipeline.report.run_table import headline_metrics

JSON_FILE = "report.json"
HTML_FILE = "report.html"

_MAX_REJECTS_SHOWN = 200


def write_report(summary: RunSummary, folder: str | pathlib.Path) -> dict[str, Any]:
    """Writes both files into a folder.

    Args:
        summary: the run.
        folder: made if it does not exist.

    Returns:
        What `report.json` holds.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    report = report_json(summary)
    (folder / JSON_FILE).write_text(
        json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        encoding="utf-8",
        errors="backslashreplace",
    )
    (folder / HTML_FILE).write_text(
        render_html(summary), encoding="utf-8", errors="backslashreplace"
    )
    return report


def render_html(summary: RunSummary) -> str:
    """Renders the page; pictures and sounds are inside it.

    Args:
        summary: the run.

    Returns:
        HTML.
    """
    by_reason = collections.Counter(row["reason"] for row in summary.rejects)
    metrics = summary.metrics
    charted = [
        one.measured for one in metrics if one.metric.rank is not Rank.MINOR and not one.metric.unit
    ]
    retrieval, localisation = summary.folder("retrieval"), summary.folder("localisation")
    return render_page(
        "report.html.j2",
        summary=summary,
        advice=advise(summary),
        decided=[one for one in metrics if one.decisions],
        charted=charted,
        metrics_chart=markupsafe.Markup(metrics_chart(charted)),
        training_curves=[markupsafe.Markup(svg) for svg in training_curves(summary.history)],
        retrieval_dir=retrieval,
        localisation_dir=localisation,
        neighbours=load_json(retrieval, "neighbours.json"),
        samples=load_json(localisation, "samples.json"),
        rejects_by_reason=by_reason.most_common(),
        rejects_shown=summary.rejects[:_MAX_REJECTS_SHOWN],
        clips_dir=held_out_clips_folder(summary.root, summary.candidate),
        trend_charts=[
            markupsafe.Markup(svg)
            for svg in trend_charts(summary.trend, headline_metrics([summary]))
        ],
        glossary=GLOSSARY,
        total_seconds=sum(stage.seconds for stage in summary.stages),
    )
