"""The rows as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.ablations.variants import Variant

_STEPS = "steps"
_COLUMNS = {
    "avc": "AVC",
    "pointing": "pointing",
    "ciou": "cIoU",
    "mean_overlap": "mean overlap",
    "ndcg_image_audio": "nDCG im-aud",
    "ndcg_audio_image": "nDCG aud-im",
    "fires_silence": "fires: silence",
    "fires_noise": "noise",
    "fires_off_screen": "off-screen",
    _STEPS: "steps",
}


def markdown(
    rows: Mapping[str, Sequence[Mapping[str, float]]], variants: Mapping[str, Variant]
) -> str:
    """Formats figures by row: mean over the seeds, and half the range between them.

    Args:
        rows: by name of the variant, figures of each seed.
        variants: what the names mean.
    """
    columns = {
        name: title
        for name, title in _COLUMNS.items()
        if any(name in figures for seeds in rows.values() for figures in seeds)
    }
    lines = [
        "| row | recipe | seeds | " + " | ".join(columns.values()) + " |",
        "|---|---|---|" + "---|" * len(columns),
    ]
    for name, seeds in rows.items():
        cells = [_cell(column, [figures[column] for figures in seeds]) for column in columns]
        lines.append(f"| {name} | {variants[name].what} | {len(seeds)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(column: str, values: Sequence[float]) -> str:
    if column == _STEPS:  # the same for all seeds
        return f"{values[0]:,.0f}"
    spread = f" ±{np.ptp(values) / 2:.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{spread}"
