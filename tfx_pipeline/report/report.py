"""Writes the report of a run: `report.json` and a self-contained `report.html`."""

from __future__ import annotations

import base64
import collections
import json
import mimetypes
import pathlib
from typing import Any

import jinja2
import markupsafe

from tfx_pipeline.report.charts import metrics_chart, training_curves
from tfx_pipeline.report.metric_row import metric_rows
from tfx_pipeline.report.report_json import report_json
from tfx_pipeline.report.run_summary import RunSummary

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
        json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    (folder / HTML_FILE).write_text(render_html(summary), encoding="utf-8")
    return report


def render_html(summary: RunSummary) -> str:
    """Renders the page; pictures and sounds are inside it.

    Args:
        summary: the run; folders of evaluations that do not exist are left out.

    Returns:
        HTML.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    report = report_json(summary)
    rows = metric_rows(report)
    by_reason = collections.Counter(row["reason"] for row in summary.rejects)
    return environment.get_template("report.html.j2").render(
        summary=summary,
        report=report,
        metric_rows=rows,
        metrics_chart=markupsafe.Markup(metrics_chart(rows)),
        training_curves=[markupsafe.Markup(svg) for svg in training_curves(summary.history)],
        neighbours=_load(summary.retrieval_dir, "neighbours.json"),
        samples=_load(summary.localisation_dir, "samples.json"),
        rejects_by_reason=by_reason.most_common(),
        rejects_shown=summary.rejects[:_MAX_REJECTS_SHOWN],
        total_seconds=sum(stage.seconds for stage in summary.stages),
        embed=_data_uri,
    )


def _load(folder: str | None, name: str) -> Any:
    if folder is None or not (pathlib.Path(folder) / name).is_file():
        return None
    return json.loads((pathlib.Path(folder) / name).read_text())


def _data_uri(folder: str, name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = base64.b64encode((pathlib.Path(folder) / name).read_bytes()).decode()
    return f"data:{kind};base64,{content}"
