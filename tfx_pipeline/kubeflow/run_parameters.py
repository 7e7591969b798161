"""What can be set anew at every submission: a run's options, and the push destination.

Options that are structural (see `OptionTraits`) are no parameters: they are chosen by `ots compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from objects_that_sound.tfx_pipeline.knobs.click_options import from_options
from objects_that_sound.tfx_pipeline.knobs.knob import Knob, knobs_of
from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    LIST,
    STRING,
)
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.option_traits import OptionTraits
from objects_that_sound.tfx_pipeline.run_options import RunOptions

_TYPES: dict[Any, str] = {str: STRING, int: INTEGER, float: DOUBLE, bool: BOOLEAN}


def parameter_knobs() -> list[Knob]:
    """The parameters of the compiled pipeline."""
    options = [knob for knob in knobs_of(RunOptions) if not OptionTraits.of(knob).structural]
    return [*options, *knobs_of(PushDestination)]


def parameter_type(knob: Knob) -> str:
    """The type of a parameter, as a pipeline specification names it."""
    return LIST if knob.container is not None else _TYPES[knob.kind]


def parameter_types() -> dict[str, str]:
    """The types of all parameters by name."""
    return {knob.name: parameter_type(knob) for knob in parameter_knobs()}


def read_parameters(
    values: Mapping[str, Any], structure: Mapping[str, Any]
) -> tuple[RunOptions, PushDestination]:
    """Reads what a run is given.

    Args:
        values: JSON values of parameters by name, in which all numbers are floats.
        structure: structural options by name, likewise.

    Raises:
        ValueError: a value can't be right; says which and what to do.
    """
    integers = {name for name, kind in parameter_types().items() if kind == INTEGER}
    typed = {name: int(one) if name in integers else one for name, one in values.items()}
    return from_options(RunOptions, {**structure, **typed}), from_options(PushDestination, typed)
