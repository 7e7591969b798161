"""Runs an evaluator's executor without a pipeline and tells what it found."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from objects_that_sound.tfx_pipeline.commands.exit_status import NOT_PUSHED


def run_evaluator(
    executor: type,
    *,
    inputs: Mapping[str, Sequence[Any]],
    parameters: Mapping[str, Any],
    thresholds: Sequence[str],
    model: str,
    baseline_model: str | None,
    output: str | None,
    table: Callable[[dict[str, Any]], str] | None = None,
) -> None:
    """Measures, prints figures and decisions, and ends with the status that says the verdict.

    Args:
        executor: class of the component's executor; its output is called `evaluation`.
        inputs: of the executor besides the models: lists of artifacts by name.
        parameters: of the executor besides `thresholds`.
        thresholds: as the command line spells them; see `parse_threshold`.
        model: see `saved_model_path`.
        baseline_model: likewise, or None.
        output: folder that keeps the Evaluation, or None.
        table: makes what to print of the figures; None prints all of them, as JSON.

    Raises:
        click.ClickException: something given can't be used; with the reason.
        SystemExit: with status 3 where a threshold is not met.
    """
    import tensorflow as tf
    from tfx.types import standard_artifacts

    from objects_that_sound.components.evaluation.artifacts import METRICS_FILE, Evaluation
    from objects_that_sound.components.evaluation.blessing import DECISIONS_FILE
    from objects_that_sound.components.evaluation.threshold import (
        parse_threshold,
        thresholds_to_json,
    )

    with tempfile.TemporaryDirectory() as aside:
        folder = output or aside
        evaluation = Evaluation()
        evaluation.uri = folder
        models = {"model": model, "baseline_model": baseline_model}
        given: dict[str, Sequence[Any]] = dict(inputs)
        for name, path in models.items():
            if path is not None:
                artifact = standard_artifacts.Model()
                artifact.uri = path
                given[name] = [artifact]
        try:
            asked = thresholds_to_json([parse_threshold(text) for text in thresholds])
            executor().Do(given, {"evaluation": [evaluation]}, {**parameters, "thresholds": asked})
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise click.ClickException(str(error)) from error
        figures = _read(os.path.join(folder, METRICS_FILE))
        click.echo(figures if table is None else table(json.loads(figures)))
        verdict = json.loads(_read(os.path.join(folder, DECISIONS_FILE)))
    for decision in verdict["decisions"]:
        mark = click.style("✓", fg="green") if decision["passed"] else click.style("✗", fg="red")
        click.echo(f"{mark} {decision['text']}", err=True)
    if not verdict["blessed"]:
        raise SystemExit(NOT_PUSHED)


def _read(path: str) -> str:
    from tfx.dsl.io import fileio

    with fileio.open(path) as file:
        return file.read().rstrip()
