from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Interval

from objects_that_sound.models.declared import check_declared


@dataclasses.dataclass(frozen=True)
class Oven:
    trays: Annotated[int, "Trays at the same time.", Ge(1)] = 1
    heat: Annotated[float, "Degrees Celsius.", Interval(ge=50, lt=300)] = 180.0
    sizes: Annotated[tuple[int, ...], "Sizes of the trays in cm.", Gt(0)] = (30, 40)
    decay: Annotated[Annotated[float, Gt(0)] | Literal["cosine"], "Cooling."] = 0.5
    grill: Annotated[bool, "Whether the grill is on."] = False
    minutes: Annotated[int | None, "Time; None for ever.", Ge(1)] = None
    mode: Annotated[Literal["top", "bottom", "both"], "Where the heat comes from."] = "both"
    labels: Annotated[dict[str, int], "Prices by name."] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        check_declared(self)


@pytest.mark.parametrize(
    "changes",
    [
        {"heat": 50},
        {"trays": np.int64(3), "heat": np.float32(60)},
        {"decay": "cosine", "sizes": (), "minutes": 5},
        {"labels": {"bread": 3}, "mode": "top"},
    ],
)
def test_values_of_the_type_and_within_bounds_are_taken(changes):
    Oven(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trays": 0}, "trays must be a whole number of at least 1, not 0"),
        ({"trays": 1.5}, "trays must be a whole number of at least 1, not 1.5"),
        ({"trays": True}, "trays must be .*, not True"),
        ({"heat": 300}, "heat must be a number of at least 50 and below 300, not 300"),
        ({"heat": float("nan")}, "heat must be .*, not nan"),
        ({"sizes": (30, 0)}, r"sizes must be a list of values, each a whole number above 0, not "),
        ({"sizes": [30]}, "sizes must be .*"),
        ({"decay": "linear"}, "decay must be a number above 0 or 'cosine', not 'linear'"),
        ({"decay": -1.0}, "not -1.0"),
        ({"grill": 1}, "grill must be true or false, not 1"),
        ({"minutes": 0}, "minutes must be a whole number of at least 1 or none, not 0"),
        ({"mode": "side"}, "mode must be 'top', 'bottom' or 'both', not 'side'"),
        (
            {"labels": {"bread": "3"}},
            "labels must be NAME=VALUE with commas between, each value a whole number, not ",
        ),
    ],
)
def test_others_are_refused_by_name_with_what_was_wanted(changes, message):
    with pytest.raises(ValueError, match=message):
        Oven(**changes)
