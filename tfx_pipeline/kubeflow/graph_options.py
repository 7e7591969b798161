"""What decides which steps a compiled pipeline has, and how they are fed."""

from __future__ import annotations

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class GraphOptions:
    """Chosen when the pipeline is compiled; no submission changes it.

    Attributes:
        warm_start: train on from the latest blessed model, if there is one.
        sound_benchmark: dataset and folder of the sound benchmark to measure, if any.
        ingest_beam_args: Beam options of VideoExampleGen instead of those of one machine.
    """

    warm_start: bool = False
    sound_benchmark: tuple[str, str] | None = None
    ingest_beam_args: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As an argument of a step's command."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> GraphOptions:
        """Reads what `to_json` wrote."""
        values = json.loads(text)
        benchmark = values["sound_benchmark"]
        return cls(
            values["warm_start"],
            tuple(benchmark) if benchmark else None,
            tuple(values["ingest_beam_args"]),
        )
