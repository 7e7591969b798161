"""The group `ots evaluate`: a command for each evaluator."""

from __future__ import annotations

import click

from objects_that_sound.components.evaluators import EVALUATORS
from objects_that_sound.tfx_pipeline.commands.evaluate.evaluator_command import evaluator_command


class _Evaluators(click.Group):
    """Makes its commands from the registry of evaluators."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The evaluators' names, with hyphens, in the registry's order."""
        return [name.replace("_", "-") for name in EVALUATORS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Makes a command; None if there is no such evaluator."""
        evaluator = EVALUATORS.get(cmd_name.replace("-", "_"))
        return evaluator_command(evaluator) if evaluator else None


@click.group(cls=_Evaluators)
def command() -> None:
    """Measure a model with one evaluator, as the pipeline does, and judge it by thresholds.

    The exit status is 0 if every threshold is met, 3 if one is not, 2 if an option is wrong, and 1
    after another error.
    """
