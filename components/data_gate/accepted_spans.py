"""The resolver strategy that finds the spans to train on."""

from __future__ import annotations

from collections.abc import Sequence

import ml_metadata as mlmd
from tfx import types
from tfx.dsl.components.common import resolver

from objects_that_sound.components.data_gate.data_blessing import EXAMPLES_ID_PROPERTY


class AcceptedSpans(resolver.ResolverStrategy):
    """Takes the latest spans that DataGate accepted, one Examples artifact each, newest first.

    TFX's SpanRangeStrategy counts span numbers, so that a refused span uses up a place, and takes
    every artifact of a span, so that one ingested twice counts twice.

        Resolver(
            strategy_class=AcceptedSpans,
            config={"latest": 4, "before": 7},
            examples=Channel(type=Examples, producer_component_id="VideoExampleGen"),
            blessing=Channel(type=DataBlessing),
        )
    """

    def __init__(self, latest: int, before: int):
        """Configures the strategy.

        Args:
            latest: at most so many spans.
            before: spans of lower numbers only.

        Raises:
            ValueError: `latest` is below 1.
        """
        if latest < 1:
            raise ValueError(f"a window has at least 1 span, not {latest}")
        self._latest = latest
        self._before = before

    def resolve_artifacts(
        self, store: mlmd.MetadataStore, input_dict: dict[str, list[types.Artifact]]
    ) -> dict[str, list[types.Artifact]]:
        """Chooses.

        Args:
            store: not used.
            input_dict: `examples`, artifacts of type Examples, and `blessing`, of type DataBlessing.

        Returns:
            `examples` and the `blessing` of each; none if no span was accepted.
        """
        chosen = choose(input_dict["examples"], input_dict["blessing"], self._latest, self._before)
        return {
            "examples": [examples for examples, _ in chosen],
            "blessing": [blessing for _, blessing in chosen],
        }


def choose(
    examples: Sequence[types.Artifact],
    blessings: Sequence[types.Artifact],
    latest: int,
    before: int,
) -> list[tuple[types.Artifact, types.Artifact]]:
    """Pairs of Examples and DataBlessing, newest span first; arguments as of `AcceptedSpans`."""
    by_id = {artifact.id: artifact for artifact in examples}
    by_span = {}
    for blessing in sorted(blessings, key=lambda artifact: artifact.id):
        accepted = by_id.get(blessing.get_int_custom_property(EXAMPLES_ID_PROPERTY))
        span = blessing.get_int_custom_property("span")
        if accepted is not None and span < before:
            by_span[span] = (accepted, blessing)  # the last word on a span counts
    return [by_span[span] for span in sorted(by_span, reverse=True)[:latest]]
