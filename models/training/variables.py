"""Values of variables out of and into a network and its optimiser."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np


def training_variables(network: keras.Model) -> list[keras.Variable]:
    """All that a training step changes.

    Weights, moving statistics of batch normalisation, states of the random generators, metrics of
    the running epoch; the optimiser's slots, its count of steps and its loss scale.
    """
    return [*network.variables, *network.metrics_variables, *network.optimizer.variables]


def read_variables(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    """Copies of the values, on the host."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def read_learning_rate(network: keras.Model) -> float:
    """The learning rate of the latest step; there is a copy on each device."""
    return float(keras.ops.convert_to_numpy(network.optimizer.learning_rate))


def write_variables(variables: Sequence[keras.Variable], values: Sequence[np.ndarray]) -> None:
    """Assigns values that `read_variables` gave.

    Raises:
        ValueError: they are of another network or optimiser; nothing was assigned.
    """
    wanted = [tuple(variable.shape) for variable in variables]
    got = [np.shape(value) for value in values]
    if wanted != got:
        raise ValueError(f"{len(got)} values do not fit the shapes of {len(wanted)} variables")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def not_finite(variables: Sequence[keras.Variable]) -> list[str]:
    """Paths of the variables that hold a NaN or an infinite value."""
    return [
        variable.path
        for variable, value in zip(variables, read_variables(variables), strict=True)
        if not np.all(np.isfinite(value))
    ]
