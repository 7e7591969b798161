"""The tables beside a sound benchmark's metrics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import bootstrap
from objects_that_sound.components.evaluation.result_table import Cell, ResultTable
from objects_that_sound.components.sound_benchmark_evaluator.published import PUBLISHED
from objects_that_sound.components.sound_benchmark_evaluator.row import Row
from objects_that_sound.components.sound_benchmark_evaluator.scorer import Scorer
from objects_that_sound.components.sound_benchmark_evaluator.usable_clips import UsableClips


def result_tables(clips: UsableClips, scorer: Scorer, rows: Sequence[Row]) -> list[ResultTable]:
    """Makes the accuracies by fold, those that others published, and the accuracies by class.

    What others published is of the whole benchmark: it is left out where clips are.
    """
    benchmark = clips.benchmark
    tables = [_by_fold(clips, scorer, rows), _by_class(clips, scorer, rows)]
    published = PUBLISHED.get(benchmark.name)
    if published and clips.complete:
        columns = ("Published", "accuracy", "source")
        tables.insert(1, ResultTable(f"{benchmark.name}: published figures", columns, published))
    return tables


def _by_fold(clips: UsableClips, scorer: Scorer, rows: Sequence[Row]) -> ResultTable:
    benchmark = clips.benchmark
    names = [fold.name for fold in benchmark.folds]
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        folds = list(scorer.by_fold(row.right).values())
        deviation = float(np.std(folds, ddof=1)) if len(folds) > 1 else None
        estimate = bootstrap(scorer.accuracy(row.right), scorer.clusters).to_json()
        cells.append(
            (row.name, *folds, estimate["value"], deviation, estimate["low"], estimate["high"])
        )
    cells.append(("chance", *[None] * len(names), scorer.chance, None, None, None))
    return ResultTable(
        f"{clips.basis}: accuracy by fold",
        (
            "Features",
            *(f"fold {name}" for name in names),
            "mean" if clips.complete else "mean of what is left",
            "± sd",
            "from",
            "to",
        ),
        tuple(cells),
    )


def _by_class(clips: UsableClips, scorer: Scorer, rows: Sequence[Row]) -> ResultTable:
    benchmark = clips.benchmark
    accuracies = [scorer.by_class(row.right) for row in rows]
    labels = benchmark.labels[scorer.tested]
    return ResultTable(
        f"{clips.basis}: accuracy by class",
        ("Class", *(row.name for row in rows), "clips"),
        tuple(
            (label, *(float(one[i]) for one in accuracies), int(np.count_nonzero(labels == label)))
            for i, label in enumerate(benchmark.classes)
            if label in labels
        ),
    )
