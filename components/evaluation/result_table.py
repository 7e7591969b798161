"""A table of figures beside an evaluator's metrics."""

from __future__ import annotations

import dataclasses
from typing import Any

Cell = str | float | int | None
"""Numbers with a point are shown with three decimals; None is a dash."""


@dataclasses.dataclass(frozen=True)
class ResultTable:
    """Figures by class, by fold and so on, ready to be shown.

    Attributes:
        title: heading.
        columns: names of the columns; the first is that of the rows' names.
        rows: cells, as many in a row as there are columns.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values; see `from_json`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ResultTable:
        """Reads what `to_json` gave."""
        rows = tuple(tuple(row) for row in values["rows"])
        return cls(values["title"], tuple(values["columns"]), rows)
