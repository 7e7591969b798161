"""Checks of options that `ots run` and `ots compile` share."""

from __future__ import annotations

import click


def check_beam_args(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuses what is no option.

    Raises:
        click.BadParameter: a value does not begin with two hyphens.
    """
    for value in values:
        if not value.startswith("--"):
            raise click.BadParameter(f"{value!r} is no option: give it as --beam-arg=--name=value")
    return values


def split_sound_benchmark(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, str] | None:
    """Splits DATASET:FOLDER.

    Raises:
        click.BadParameter: one of the two is missing.
    """
    if value is None:
        return None
    dataset, _, folder = value.partition(":")
    if not dataset or not folder:
        raise click.BadParameter(f"{value!r} is not DATASET:FOLDER, as in esc10:data/esc10")
    return dataset, folder
