"""A run that is over, as the commands that write reports need it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


def known_run(
    root: pathlib.Path, run_id: str | None = None, version: str | None = None
) -> RunSummary:
    """Collects a run, with what only the report.json that is there knows of it.

    A model that was not pushed is made one that can be served where it lies.

    Args:
        root: folder of the run.
        run_id: id of the pipeline run; None for the latest.
        version: the run that pushed this version, instead of `run_id`.

    Raises:
        click.ClickException: there is no such run, or the report.json is damaged.
    """
    from objects_that_sound.tfx_pipeline.pipeline import PIPELINE_NAME
    from objects_that_sound.tfx_pipeline.report.collect import collect_run
    from objects_that_sound.tfx_pipeline.report.report import JSON_FILE
    from objects_that_sound.tfx_pipeline.report.run_records import RunNotFoundError
    from objects_that_sound.tfx_pipeline.servable_candidate import make_servable

    if run_id is not None and version is not None:
        raise click.UsageError("give the id of a run or a version, not both")
    earlier = {}
    if (root / JSON_FILE).is_file():
        try:
            earlier = json.loads((root / JSON_FILE).read_text())
        except ValueError as error:
            raise click.ClickException(f"{root / JSON_FILE} is not JSON: {error}") from error
    try:
        summary = collect_run(root, PIPELINE_NAME, run_id, version=version)
    except RunNotFoundError as error:
        raise click.ClickException(str(error)) from error
    if summary.decision.pushed_version is None:
        make_servable(summary.candidate)
    if earlier.get("run_id") == summary.run_id:
        summary = _with_earlier(summary, earlier)
    return summary


def _with_earlier(summary: RunSummary, earlier: dict[str, Any]) -> RunSummary:
    from objects_that_sound.tfx_pipeline.report.run_summary import Stage

    collected = {stage.name: stage for stage in summary.stages}
    known = [Stage(**stage) for stage in earlier.get("stages", [])]
    stages = [collected.pop(stage.name, stage) for stage in known] + list(collected.values())
    return dataclasses.replace(
        summary,
        title=earlier.get("title", summary.title),
        stages=tuple(stages),
    )
