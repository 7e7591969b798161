"""Options that the commands under `ots evaluate` share."""

from __future__ import annotations

import click

_MODEL = "a SavedModel's folder, a folder of numbered versions, or a Model artifact's folder"

model = click.option("--model", required=True, metavar="PATH", help=f"What to measure: {_MODEL}.")
"""Passes `model`."""

baseline_model = click.option(
    "--baseline-model", metavar="PATH", help="What to compare it with, likewise."
)
"""Passes `baseline_model`, None if not given."""

examples = click.option(
    "--examples",
    required=True,
    metavar="PATH",
    help="What to measure on: an Examples artifact's folder, or the ROOT of a run (its latest).",
)
"""Passes `examples`; see `find_examples`."""

output = click.option(
    "--output", metavar="FOLDER", help="Keep the Evaluation there: figures, decisions, pictures."
)
"""Passes `output`, None if not given."""

thresholds = click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="BOUND",
    help="metric>=0.8, metric<=0.1 or metric:max_loss=0.05 (against the baseline model); with its "
    "whole interval. May be given several times.",
)
"""Passes `thresholds`, a tuple of str; see `run_evaluator`."""
