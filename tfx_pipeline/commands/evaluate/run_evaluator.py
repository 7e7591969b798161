"""Measures a model with an evaluator, without a pipeline, and tells what it found."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import click
import tensorflow as tf

from objects_that_sound.components.evaluation.evaluate_and_judge import evaluate_and_judge
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.tfx_pipeline.commands.evaluate.find_examples import find_examples
from objects_that_sound.tfx_pipeline.commands.evaluate.result_text import result_text
from objects_that_sound.tfx_pipeline.commands.exit_status import NOT_PUSHED
from objects_that_sound.tfx_pipeline.commands.output_switches import progress_hidden


def run_evaluator(
    evaluator: Evaluator,
    options: EvaluatorOptions,
    *,
    thresholds: Sequence[Threshold],
    model: str,
    baseline_model: str | None,
    output: str | None,
    examples: str | None = None,
    split: str = "",
    seed: int = 0,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Measures, prints figures and decisions, and ends with the status that says the verdict.

    Args:
        evaluator: evaluator to run.
        options: its options.
        thresholds: bounds that `Evaluator.check` has accepted.
        model: path of the model; see `saved_model_path`.
        baseline_model: likewise, or None.
        output: folder that keeps the result, or None.
        examples: see `find_examples`; None if the evaluator does without.
        split: split that pairs are made of, for an evaluator of pairs.
        seed: seed of these pairs' choice.
        as_json: whether to print the figures as JSON, as in metrics.json.
        quiet: whether to show no progress.

    Raises:
        click.ClickException: something given can't be used; with the reason.
        SystemExit: with status 3 where a threshold is not met.
    """
    with tempfile.TemporaryDirectory() as aside:
        folder = output or os.path.join(aside, "result")
        try:
            with progress_hidden(quiet):
                tf.io.gfile.makedirs(folder)
                inputs = _inputs(evaluator, examples, split, seed, os.path.join(aside, "pairs"))
                if examples and any(one.beats_baselines for one in thresholds):
                    inputs |= _baselines(evaluator, options, model, examples, split, seed, aside)
                result = evaluate_and_judge(
                    evaluator,
                    model,
                    baseline_model,
                    inputs,
                    options=options,
                    thresholds=thresholds,
                    folder=folder,
                )
                result.write(folder)
        except (OSError, ValueError, tf.errors.OpError) as error:
            raise click.ClickException(str(error)) from error
    click.echo(json.dumps(result.to_json(), indent=2) if as_json else result_text(result))
    _tell_decisions(result)


def _inputs(
    evaluator: Evaluator, examples: str | None, split: str, seed: int, pairs: str
) -> dict[str, Any]:
    if examples is None:
        return {}
    folders = [find_examples(examples)]
    inputs: dict[str, Any] = {}
    if "examples" in evaluator.inputs:
        inputs["examples"] = folders
    if "pairs" in evaluator.inputs:
        from objects_that_sound.tfx_pipeline.commands.evaluate.make_pairs import make_pairs

        make_pairs(folders, split, seed, pairs)
        inputs["pairs"] = pairs
    return inputs


def _baselines(
    evaluator: Evaluator,
    options: EvaluatorOptions,
    model: str,
    examples: str,
    split: str,
    seed: int,
    aside: str,
) -> dict[str, Any]:
    """Measures the baselines that a threshold asks a metric to beat, where others measure them."""
    if "baselines" not in evaluator.inputs:
        return {}
    from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
    from objects_that_sound.components.baseline_evaluator.evaluate import evaluate_baselines
    from objects_that_sound.tfx_pipeline.commands.evaluate.make_pairs import make_pairs

    folders = [find_examples(examples)]
    shared = {field.name for field in dataclasses.fields(BaselineOptions)}
    given = dataclasses.asdict(options).items()
    its_options = BaselineOptions(**{name: value for name, value in given if name in shared})
    pairs, folder = os.path.join(aside, "pairs"), os.path.join(aside, "baselines")
    if "pairs" not in evaluator.inputs:
        make_pairs(folders, its_options.split, seed, pairs)
    its_options = dataclasses.replace(its_options, split=split or its_options.split)
    evaluate_baselines(folders, pairs, model, options=its_options).write(folder)
    return {"baselines": folder}


def _tell_decisions(result: EvaluationResult) -> None:
    for decision in result.decisions or ():
        mark = click.style("✓", fg="green") if decision.passed else click.style("✗", fg="red")
        click.echo(f"{mark} {decision.text}", err=True)
    if not result.blessed:
        raise SystemExit(NOT_PUSHED)
