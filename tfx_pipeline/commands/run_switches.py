"""The switches of all commands that run the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def run_switches(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--no-cache`, `--forget-missing` and `--verbose`: arguments of `tfx_pipeline.run.run`."""
    for option in reversed(
        (
            click.option(
                "--no-cache",
                "enable_cache",
                flag_value=False,
                default=True,
                show_default=False,
                help="Compute everything again, even what did not change.",
            ),
            click.option(
                "--forget-missing",
                is_flag=True,
                help="Continue although the folder of the latest blessed model, or of a span, is gone. "
                "The run then compares with the blessed model before it, or trains without the span.",
            ),
            click.option("--verbose", is_flag=True, help="Show TFX's log."),
        )
    ):
        function = option(function)
    return function
