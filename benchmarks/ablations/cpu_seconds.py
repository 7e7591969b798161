"""What a step of a recipe costs."""

from __future__ import annotations

import dataclasses
import functools
import pathlib

from benchmarks.ablations.train_variant import train_variant
from benchmarks.ablations.variants import Variant
from benchmarks.cpu_time import cpu_time

_STEPS = 40  # about four seconds of training


def cpu_seconds_a_step(variant: Variant, examples: pathlib.Path) -> float:
    """Measures the CPU time of a training step on this machine, in seconds, input included.

    Args:
        variant: the recipe.
        examples: folder with the splits train and val.
    """
    spent = []
    for steps in (1, 1 + _STEPS):  # the difference has no compilation and no validation in it
        training = dataclasses.replace(variant.training, steps=steps, steps_per_epoch=steps)
        row = variant._replace(training=training)
        spent.append(cpu_time(functools.partial(train_variant, row, examples)))
    return (spent[1] - spent[0]) / _STEPS
