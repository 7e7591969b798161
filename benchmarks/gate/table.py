"""The gate benchmark's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.gate.judge import THRESHOLDS, refusing
from benchmarks.gate.worse import OVERFITTED_VIDEOS, WORSE


def seeds_table(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """What seeds make of each metric with a margin, and how many models were blessed.

    Args:
        verdicts: of `judge`, one a seed, each with a baseline model.
    """
    lines = [
        "| metric | mean | sd of seeds | sd of changes | half the change's interval | margin |",
        "|---|---|---|---|---|---|",
    ]
    for evaluator, thresholds in THRESHOLDS.items():
        for threshold in thresholds:
            if threshold.max_loss is None:
                continue
            metrics = [verdict["metrics"][evaluator][threshold.metric] for verdict in verdicts]
            changes = [one["change"] for one in metrics]
            values = [one["value"] for one in metrics]
            half = np.mean([(change["high"] - change["low"]) / 2 for change in changes])
            lines.append(
                f"| {threshold.metric} | {np.mean(values):.3f} | {np.std(values, ddof=1):.3f} | "
                f"{np.std([change['value'] for change in changes], ddof=1):.3f} | {half:.3f} | "
                f"{threshold.max_loss:.2f} |"
            )
    blessed = sum(verdict["blessed"] for verdict in verdicts)
    lines += ["", f"Blessed: {blessed} of {len(verdicts)} equal models."]
    for verdict in verdicts:
        lines += [f"- {one['text']}" for one in verdict["decisions"] if not one["passed"]]
    return "\n".join(lines)


def worse_table(verdicts: Mapping[str, Mapping[str, Any]], at_export: Mapping[str, bool]) -> str:
    """Who refuses which worse model.

    Args:
        verdicts: of `judge`, by name.
        at_export: by name, whether the export check alone refuses it.
    """
    lines = ["| model | | export check | refused by | who must |", "|---|---|---|---|---|"]
    for name, verdict in verdicts.items():
        if name in WORSE:
            what, must = WORSE[name].what, WORSE[name].refused_by
        else:
            what, must = f"trained on {OVERFITTED_VIDEOS} videos", "avc"
        check = "refuses" if at_export.get(name) else "passes"
        who = ", ".join(sorted(refusing(verdict))) or "none"
        lines.append(f"| {name.replace('_', ' ')} | {what} | {check} | {who} | {must} |")
    return "\n".join(lines)
