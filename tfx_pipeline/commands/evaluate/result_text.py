"""An evaluator's result as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from objects_that_sound.components.evaluation.estimate import Estimate
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measured_metric import MeasuredMetric
from objects_that_sound.tfx_pipeline.commands.evaluate.text_table import text_table

_INTERVAL = "90 % interval"


def result_text(result: EvaluationResult) -> str:
    """Lays out the metrics, the tables, and what is to be said of them; not the decisions."""
    measured = [one for one in result.metrics if one.estimate is not None]
    parts = [_metrics_table(measured)] if measured else []
    parts += [f"{one.title}\n{text_table(one.columns, one.rows)}" for one in result.tables]
    remarks = [*_missing(result.metrics), *result.notes]
    return "\n\n".join([*parts, "\n".join(remarks)]).rstrip()


def _metrics_table(measured: Sequence[MeasuredMetric]) -> str:
    """One line a metric; columns that nothing stands in are left out."""
    has_change = any(one.change is not None for one in measured)
    has_chance = any(one.chance is not None for one in measured)
    has_ceiling = any(one.ceiling is not None for one in measured)
    baselines = list(dict.fromkeys(name for one in measured for name in one.baselines))
    header = ["Metric", "value", _INTERVAL]
    header += ["change", _INTERVAL] if has_change else []
    header += ["chance"] if has_chance else []
    header += ["ceiling"] if has_ceiling else []
    rows = []
    for one in measured:
        unit = f" ({one.metric.unit})" if one.metric.unit else ""
        row: list[object] = [f"{one.metric.title}{unit}", one.value, _interval(one.estimate)]
        if has_change:
            row += [one.change.value if one.change else None, _interval(one.change)]
        row += [one.chance] if has_chance else []
        row += [one.ceiling] if has_ceiling else []
        row += [one.baselines[name].value if name in one.baselines else None for name in baselines]
        rows.append(row)
    return text_table([*header, *baselines], rows)


def _interval(estimate: Estimate | None) -> str | None:
    if estimate is None or not estimate.known:
        return None
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _missing(metrics: Sequence[MeasuredMetric]) -> Iterator[str]:
    """What could not be measured; one line a reason."""
    titles: dict[str, list[str]] = {}
    for one in metrics:
        if one.estimate is None:
            titles.setdefault(one.missing, []).append(one.metric.title)
    for reason, names in titles.items():
        yield f"Not measured: {'; '.join(names)}. Reason: {reason}."
