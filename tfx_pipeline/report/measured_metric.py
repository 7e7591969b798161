"""A metric of an evaluator: value, change, what was asked of it and what came of that."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from objects_that_sound.tfx_pipeline.report.evaluator_result import EvaluatorResult

_DIRECTIONS = {
    "image_image": "image → image",
    "image_audio": "image → sound",
    "audio_image": "sound → image",
    "audio_audio": "sound → sound",
}
_NAMES = {
    "avc_accuracy": "AVC accuracy",
    "avc_auc": "AVC area under ROC",
    "mfcc_accuracy": "Accuracy of MFCC",
    "random_accuracy": "Accuracy of random networks",
    "embedding_accuracy": "Accuracy of the embedding",
    "gain_over_mfcc": "Gain over MFCC",
    "max_f1": "Maximum F1",
    "fires_wrong": "Fires at a wrong sound",
    "fires_silence": "Fires at silence",
    "fires_noise": "Fires at noise",
    "fires_off_screen": "Fires at an off-screen sound",
}
_RETRIEVAL = re.compile(
    r"(ndcg_over_chance|ndcg|recall_at_(\d+))_((?:image|audio)_(?:image|audio))"
)
_LOWER_IS_BETTER = re.compile(r"fires_|wrong_sound|.*loss$|.*error")
_NEITHER = re.compile(
    r".*baseline$|chance|ceiling|universal_threshold|num_|k$|.*histogram|.*_chance"
)
_COUNTS = re.compile(r"num_|k$|seed$")


@dataclasses.dataclass(frozen=True)
class Interval:
    """A figure with the ends of its 90 % interval, where they are known."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> bool:
        """Whether both ends are."""
        return self.low is not None and self.high is not None

    def apart_from(self, other: Interval) -> bool:
        """Whether two intervals have nothing in common."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        return self.low > other.high or self.high < other.low


@dataclasses.dataclass(frozen=True)
class MeasuredMetric:
    """One row of the table of decisions.

    Attributes:
        evaluator: title of the evaluator.
        metric: its name in `metrics.json`.
        figure: what was measured.
        change: against the latest blessed model; None where there was none.
        bounds: what was asked, such as "≥ 0.800".
        passed: whether all of it is met; None if nothing was asked.
        texts: the evaluator's words on it.
        better: 1 where more is better, -1 where less is, 0 where neither.
    """

    evaluator: str
    metric: str
    figure: Interval
    change: Interval | None = None
    bounds: tuple[str, ...] = ()
    passed: bool | None = None
    texts: tuple[str, ...] = ()
    better: int = 1

    @property
    def name(self) -> str:
        """The metric's name for people."""
        found = _RETRIEVAL.fullmatch(self.metric)
        if found:
            kind = found[1].replace("recall_at_", "recall@").replace("ndcg", "nDCG")
            return f"{kind.replace('_', ' ')}, {_DIRECTIONS[found[3]]}"
        words = self.metric.replace("_", " ").replace("ciou", "cIoU").replace("auc", "AUC")
        return _NAMES.get(self.metric, words if words[:4] == "cIoU" else words.capitalize())


def measured_metrics(result: EvaluatorResult) -> list[MeasuredMetric]:
    """Makes the rows of an evaluator: first what was decided on, then the rest.

    Args:
        result: of the evaluator.

    Returns:
        A row for every figure of `metrics.json` that is no mere count, and for every decision.
    """
    decided = [decision["metric"] for decision in result.decisions if decision["metric"]]
    asked = [threshold["metric"] for threshold in result.thresholds]
    names = dict.fromkeys([*decided, *asked, *_figures(result.metrics)])
    return [_measured(result, name) for name in names]


def _measured(result: EvaluatorResult, name: str) -> MeasuredMetric:
    ends = result.metrics.get("confidence", {}).get(name, {})
    change = result.metrics.get("change", {}).get(name)
    decisions = [decision for decision in result.decisions if decision["metric"] == name]
    thresholds = [one for one in result.thresholds if one["metric"] == name]
    lower = any("at_most" in one for one in thresholds) or _LOWER_IS_BETTER.match(name)
    return MeasuredMetric(
        evaluator=result.title,
        metric=name,
        figure=Interval(_figures(result.metrics).get(name), ends.get("low"), ends.get("high")),
        change=Interval(**change) if change else None,
        bounds=tuple(bound for threshold in thresholds for bound in _bounds(threshold)),
        passed=all(decision["passed"] for decision in decisions) if decisions else None,
        texts=tuple(decision["text"] for decision in decisions),
        better=0 if _NEITHER.match(name) else -1 if lower else 1,
    )


def _bounds(threshold: dict[str, Any]) -> list[str]:
    words = {"at_least": "≥ {:.3g}", "at_most": "≤ {:.3g}", "max_loss": "loss ≤ {:.3g}"}
    return [
        form.format(threshold[name])
        for name, form in words.items()
        if threshold.get(name) is not None
    ]


def _figures(metrics: dict[str, Any]) -> dict[str, float]:
    """The figures by the names that thresholds and `confidence` use."""
    found: dict[str, Any] = {}
    for name, value in metrics.items():
        direction = value if name in _DIRECTIONS and isinstance(value, dict) else {}
        if direction.get("ndcg") is not None:
            found[f"ndcg_{name}"] = direction["ndcg"]
            if direction.get("chance") is not None:
                found[f"ndcg_over_chance_{name}"] = direction["ndcg"] - direction["chance"]
        for k, recall in direction.get("recall", {}).items():
            found[f"recall_at_{k}_{name}"] = recall
        if not isinstance(value, dict):
            found[name] = value
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and not _COUNTS.match(name)
    }
