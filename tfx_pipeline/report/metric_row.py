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
        low: lower end of the 90 % interval of the value, if known.
        high: upper end.
    """

    name: str
    value: float
    chance: float | None = None
    ceiling: float | None = None
    baselines: dict[str, float] = dataclasses.field(default_factory=dict)
    low: float | None = None
    high: float | None = None


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
        low, high = _ends(report.get("avc_confidence"), "avc_accuracy")
        rows.append(
            MetricRow(
                "AVC accuracy",
                report["avc_accuracy"],
                report["avc_chance"],
                report["avc_ceiling"],
                _known({"colour histogram": report["colour_histogram_accuracy"]}),
                low,
                high,
            )
        )
    localisation = report["localisation"] or {}
    for key, name, prefix, wrong in (
        ("pointing_accuracy", "Pointing accuracy", "", "wrong_sound_pointing_accuracy"),
        ("ciou", "cIoU", "ciou_", None),
    ):
        if localisation.get(key) is None:
            continue
        low, high = _ends(localisation.get("confidence"), key)
        rows.append(
            MetricRow(
                name,
                localisation[key],
                localisation.get(f"{prefix}random_baseline"),
                None,
                _known(
                    {
                        "centre": localisation.get(f"{prefix}centre_baseline"),
                        "wrong sound": localisation.get(wrong) if wrong else None,
                    }
                ),
                low,
                high,
            )
        )
    retrieval = report["retrieval"] or {}
    for key, name in _DIRECTIONS.items():
        figures = retrieval.get(key) or {}
        if figures.get("ndcg") is not None:
            title = f"nDCG@{retrieval['k']} {name}"
            low, high = _ends(retrieval.get("confidence"), f"ndcg_{key}")
            row = MetricRow(title, figures["ndcg"], figures.get("chance"), low=low, high=high)
            rows.append(row)
    benchmark = report.get("sound_benchmark") or {}
    for key, features in (("accuracy", "conv4_2"), ("embedding_accuracy", "embedding")):
        if benchmark.get(key) is None:
            continue
        low, high = _ends(benchmark.get("confidence"), key)
        rows.append(
            MetricRow(
                f"{benchmark.get('dataset', 'Sounds')}, {features}",
                benchmark[key],
                benchmark.get("chance"),
                None,
                _known(
                    {
                        "random net": benchmark.get("random_accuracy"),
                        "MFCC": benchmark.get("mfcc_accuracy"),
                    }
                ),
                low,
                high,
            )
        )
    return rows


def _known(figures: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}


def _ends(confidence: dict[str, Any] | None, name: str) -> tuple[float | None, float | None]:
    ends = (confidence or {}).get(name, {})
    return ends.get("low"), ends.get("high")
