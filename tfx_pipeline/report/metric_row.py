"""The table of a run's metrics beside what they are to be compared with."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class MetricRow:
    """One metric, all figures in 0..1.

    Attributes:
        name: what is measured.
        value: of the model.
        chance: expected of guessing.
        ceiling: the best that is possible, if known.
        baselines: other figures to beat, by name.
    """

    name: str
    value: float
    chance: float | None = None
    ceiling: float | None = None
    baselines: dict[str, float] = dataclasses.field(default_factory=dict)


_DIRECTIONS = {
    "image_image": "image → image",
    "image_audio": "image → sound",
    "audio_image": "sound → image",
    "audio_audio": "sound → sound",
}


def metric_rows(report: dict[str, Any]) -> list[MetricRow]:
    """Makes the rows of a report's metrics.

    Args:
        report: of `report_json`.

    Returns:
        A row for every metric that the run has a value of.
    """
    rows = []
    if report["avc_accuracy"] is not None:
        rows.append(
            MetricRow(
                "AVC accuracy",
                report["avc_accuracy"],
                report["avc_chance"],
                report["avc_ceiling"],
                _known({"colour histogram": report["colour_histogram_accuracy"]}),
            )
        )
    localisation = report["localisation"] or {}
    if localisation.get("pointing_accuracy") is not None:
        rows.append(
            MetricRow(
                "Pointing accuracy",
                localisation["pointing_accuracy"],
                localisation.get("random_baseline"),
                None,
                _known(
                    {
                        "centre": localisation.get("centre_baseline"),
                        "wrong sound": localisation.get("wrong_sound_pointing_accuracy"),
                    }
                ),
            )
        )
    retrieval = report["retrieval"] or {}
    for key, name in _DIRECTIONS.items():
        figures = retrieval.get(key) or {}
        if figures.get("ndcg") is not None:
            title = f"nDCG@{retrieval['k']} {name}"
            rows.append(MetricRow(title, figures["ndcg"], figures.get("chance")))
    return rows


def _known(figures: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}
