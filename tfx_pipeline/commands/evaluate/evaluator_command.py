"""Makes the command of an evaluator from what it declares."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import click

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.metric import Better
from objects_that_sound.components.evaluation.threshold import parse_threshold
from objects_that_sound.tfx_pipeline.commands.folder_or_address import FOLDER_OR_ADDRESS
from objects_that_sound.tfx_pipeline.commands.output_switches import quiet_option
from objects_that_sound.tfx_pipeline.knobs.click_options import from_options, options_of
from objects_that_sound.tfx_pipeline.knobs.knob import knobs_of
from objects_that_sound.tfx_pipeline.lazy_group import examples_text

_MODEL = "a SavedModel's folder, a folder of numbered versions, or a Model artifact's folder"
_DIRECTIONS = {Better.LOWER: " (lower is better)", Better.NEITHER: " (neither way is better)"}


def evaluator_command(evaluator: Evaluator) -> click.Command:
    """Makes the command that measures a model with an evaluator and judges it."""

    def command(thresholds: tuple[str, ...], **given: Any) -> None:
        try:
            asked = [parse_threshold(text) for text in thresholds]
            evaluator.check(asked)
            options = from_options(evaluator.options, given)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        try:
            options.check_files()
        except (OSError, ValueError) as error:
            raise click.ClickException(str(error)) from error
        # Imports TensorFlow.
        from objects_that_sound.tfx_pipeline.commands.evaluate.run_evaluator import run_evaluator

        own = {field.name for field in dataclasses.fields(options)}
        rest = {name: value for name, value in given.items() if name not in own}
        run_evaluator(evaluator, options, thresholds=asked, **rest)

    for decorate in reversed(_options(evaluator)):
        command = decorate(command)
    name = evaluator.name.replace("_", "-")
    return click.command(
        name,
        help=_help(evaluator),
        short_help=evaluator.help,
        epilog=examples_text((_example(evaluator, name),)),
    )(command)


def _example(evaluator: Evaluator, name: str) -> str:
    """A call with the options that must be given."""
    line = f"ots evaluate {name} --model runs/mine/serving/objects-that-sound"
    if {"examples", "pairs"} & set(evaluator.inputs) - set(evaluator.optional_inputs):
        line += " --examples runs/mine"
    for knob in knobs_of(evaluator.options):
        if knob.required:
            value = knob.choices[0] if knob.choices else knob.name.upper()
            line += f" --{knob.name.replace('_', '-')} {value}"
    return line


def _options(evaluator: Evaluator) -> list[Callable]:
    options = [
        click.option(
            "--model",
            required=True,
            metavar="PATH",
            type=FOLDER_OR_ADDRESS,
            help=f"Model to measure: {_MODEL}.",
        ),
        click.option(
            "--baseline-model",
            metavar="PATH",
            type=FOLDER_OR_ADDRESS,
            help="Model to compare it with, in the same form.",
        ),
    ]
    # Pairs are made of examples.
    sources = {"examples", "pairs"} & set(evaluator.inputs)
    if sources:
        options.append(
            click.option(
                "--examples",
                required=bool(sources - set(evaluator.optional_inputs)),
                metavar="PATH",
                type=FOLDER_OR_ADDRESS,
                help=f"{evaluator.examples_help}: an Examples artifact's folder, or the ROOT of a "
                "run (its latest).",
            )
        )
    if "pairs" in evaluator.inputs:
        options += [
            click.option(
                "--split", default="eval", show_default=True, help="Split to make pairs of."
            ),
            click.option(
                "--seed",
                type=click.IntRange(min=0),
                default=0,
                show_default=True,
                help="Seed of the choice of the mismatched sounds.",
            ),
        ]
    return [
        *options,
        options_of(evaluator.options),
        click.option(
            "--threshold",
            "thresholds",
            multiple=True,
            metavar="BOUND",
            help="Bound that the metric must keep with its whole interval: metric>=0.8, "
            "metric<=0.1, metric:max_loss=0.05 or metric:no_loss (against the baseline model), "
            "metric:beats_chance or metric:beats_baselines. May be given several times.",
        ),
        click.option(
            "--output",
            metavar="FOLDER",
            type=click.Path(file_okay=False),
            help="Folder to keep figures, decisions and pictures in.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON."),
        quiet_option,
    ]


def _help(evaluator: Evaluator) -> str:
    width = max(len(metric.name) for metric in evaluator.metrics)
    metrics = [
        f"  {metric.name:{width}}  {metric.title}{_DIRECTIONS.get(metric.better, '')}"
        for metric in evaluator.metrics
    ]
    # \b keeps click from filling the lines of the paragraph.
    return "\n".join([evaluator.help, "", "\b", "Metrics, for --threshold:", *metrics])
