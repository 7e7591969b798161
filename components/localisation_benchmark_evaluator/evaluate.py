"""Measures a model's maps on a benchmark of visual sound localisation."""

from __future__ import annotations

import collections
import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import measure
from objects_that_sound.components.evaluation.result_table import ResultTable
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.stable_hash import stable_hash
from objects_that_sound.components.evaluation.untrained_model import UntrainedModel
from objects_that_sound.components.evaluation.write_figure import write_figure
from objects_that_sound.components.localisation_benchmark_evaluator.benchmark_statistics import (
    Overlaps,
    detection_statistics,
    mask_statistics,
    measure_overlaps,
    overlap_statistics,
    universal_statistics,
)
from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import (
    AP,
    FOLLOWS,
    FOLLOWS_ADAPTIVE,
    IAUC,
    IAUC_ADAPTIVE,
    IIOU,
    IIOU_ADAPTIVE,
    LOCALISATION_BENCHMARK,
    M_F,
    M_J,
    MAX_F1,
    LocalisationBenchmarkOptions,
)
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.registry import (
    read_localisation_benchmark,
)
from objects_that_sound.components.localisation_benchmark_evaluator.look import (
    Look,
    centred_box,
    look,
)
from objects_that_sound.components.localisation_benchmark_evaluator.pictures import best_and_worst
from objects_that_sound.components.localisation_benchmark_evaluator.published import PUBLISHED
from objects_that_sound.components.localisation_benchmark_evaluator.usable_samples import (
    UsableSamples,
    read_usable_samples,
)
from objects_that_sound.components.localisation_evaluator.plots import success_curve

SUCCESS_CURVE_FILE = "success_curve.png"
PICTURES_FILE = "best_and_worst.png"

_SHOWN = 8
_MISSING = {
    **dict.fromkeys(
        (metric.name for metric in (IIOU, IAUC, IIOU_ADAPTIVE, IAUC_ADAPTIVE)),
        "no picture has several sounds",
    ),
    **dict.fromkeys(
        (FOLLOWS.name, FOLLOWS_ADAPTIVE.name),
        "of no video there are several moments at which different things sound",
    ),
    **dict.fromkeys((AP.name, MAX_F1.name), "something sounds in every pair"),
    **dict.fromkeys((M_J.name, M_F.name), "the benchmark has boxes, no masks"),
}


def evaluate_localisation_benchmark(
    model: str,
    baseline_model: str | None = None,
    *,
    options: LocalisationBenchmarkOptions,
    folder: str,
) -> EvaluationResult:
    """Measures a model's maps by the rules of the benchmarks; docs/metrics.md names them.

    Beside the model stand a centred box, its own maps of the pictures without sound, and the same
    network untrained. Intervals are by pictures. The model hears one second around the moment.

    Args:
        model: path of a model with the signatures `describe` and `localise`; see
            `saved_model_path`.
        baseline_model: path of the latest blessed model; None if there is none.
        options: what to measure, and how.
        folder: folder that gets `success_curve.png` and `best_and_worst.png`.

    Returns:
        The metrics, and a table with the figures that others published.

    Raises:
        BenchmarkError: the folder is not of this layout, or no sample can be read.
        ValueError: a map is not finite, or the model lacks the signatures.
    """
    benchmark = read_localisation_benchmark(options.dataset, options.data)
    trained = SavedModel(model)
    if trained.sample_rate is None:
        raise ValueError(
            "the model has no signature 'describe', which tells the sample rate of its sounds"
        )
    data = read_usable_samples(benchmark, trained.sample_rate, trained.frames, options.seed)

    looks = look(trained, data, options.batch_size, "model")
    overlaps = measure_overlaps(data, looks["own"])
    statistics = _statistics(data, looks, overlaps, options.seed)
    compared: dict[str, Statistic] = {}
    if baseline_model is not None:
        others = look(SavedModel(baseline_model), data, options.batch_size, "baseline model")
        compared = _statistics(data, others, measure_overlaps(data, others["own"]), options.seed)
    beside, curves, no_untrained = _beside(model, data, looks, options)
    metrics = measure(
        LOCALISATION_BENCHMARK.metrics,
        statistics,
        compared,
        [sample.group for sample in data.samples],
        baselines=_by_metric(beside),
        missing=_MISSING,
    )
    positive = data.positive
    write_figure(
        os.path.join(folder, SUCCESS_CURVE_FILE),
        success_curve(
            {name: one[positive] for name, one in {"model": overlaps.half, **curves}.items()}
        ),
    )
    _draw(folder, data, looks["own"], overlaps)
    published = PUBLISHED.get(benchmark.name)
    return EvaluationResult(
        LOCALISATION_BENCHMARK.name,
        LOCALISATION_BENCHMARK.title,
        metrics,
        notes=(*_notes(data), *((no_untrained,) if no_untrained else ())),
        tables=(
            (
                ResultTable(
                    f"{benchmark.name}: published figures",
                    ("Published", "metric", "value", "source"),
                    published,
                ),
            )
            if published
            else ()
        ),
        details={
            "dataset": benchmark.name,
            "num_listed": benchmark.listed,
            "num_measured": len(data.samples),
            "num_measured_where_nothing_sounds": int(np.count_nonzero(~positive)),
            "faults": [dataclasses.asdict(fault) for fault in data.faults],
            "num_faults_by_reason": dict(
                collections.Counter(fault.reason for fault in data.faults)
            ),
        },
    )


def _statistics(
    data: UsableSamples,
    looks: Mapping[str, Sequence[Look | None]],
    overlaps: Overlaps,
    seed: int,
) -> dict[str, Statistic]:
    halves = np.array([stable_hash(seed, "half", one.group) % 2 == 1 for one in data.samples])
    return {
        **overlap_statistics(data, overlaps),
        **detection_statistics(data, looks["own"], overlaps),
        **universal_statistics(data, looks, halves),
        **mask_statistics(data, looks["own"]),
    }


def _beside(
    model: str,
    data: UsableSamples,
    looks: Mapping[str, Sequence[Look | None]],
    options: LocalisationBenchmarkOptions,
) -> tuple[dict[str, dict[str, Statistic]], dict[str, np.ndarray], str]:
    """Statistics and overlaps of other ways, by their names; why one is missing."""
    maps = {"centred box": centred_box(len(data.samples)), "without sound": looks["silence"]}
    overlaps = {name: measure_overlaps(data, one) for name, one in maps.items()}
    statistics = {name: overlap_statistics(data, one) for name, one in overlaps.items()}
    curves = {name: one.half for name, one in overlaps.items()}
    try:
        untrained = UntrainedModel(model, options.seed)
    except FileNotFoundError as error:
        return statistics, curves, f"There is no untrained network to compare with: {error}."
    name = "untrained network"
    seen = look(untrained, data, options.batch_size, name)
    measured = measure_overlaps(data, seen["own"])
    statistics[name] = _statistics(data, seen, measured, options.seed)
    return statistics, curves | {name: measured.half}, ""


def _by_metric(
    beside: Mapping[str, Mapping[str, Statistic]],
) -> dict[str, dict[str, Statistic]]:
    turned: dict[str, dict[str, Statistic]] = {}
    for name, statistics in beside.items():
        for metric, statistic in statistics.items():
            turned.setdefault(metric, {})[name] = statistic
    return turned


def _draw(
    folder: str, data: UsableSamples, looks: Sequence[Look | None], overlaps: Overlaps
) -> None:
    """The samples with the largest and the smallest overlaps, as many of either."""
    order = [int(row) for row in np.argsort(-overlaps.adaptive, kind="stable")]
    order = [row for row in order if not np.isnan(overlaps.adaptive[row])]
    half = min(_SHOWN // 2, (len(order) + 1) // 2)
    rows = order if len(order) <= _SHOWN else order[:half] + order[-half:]
    titles = [f"{data.samples[row].label} {overlaps.adaptive[row]:.2f}".strip() for row in rows]
    write_figure(os.path.join(folder, PICTURES_FILE), best_and_worst(data, looks, rows, titles))


def _notes(data: UsableSamples) -> Iterator[str]:
    benchmark = data.benchmark
    silent = int(np.count_nonzero(~data.positive))
    yield (
        f"{benchmark.name}: {len(data.samples)} of {benchmark.listed} listed samples were measured"
        + (f", and in {silent} of them nothing sounds." if silent else ".")
        + " Figures on other numbers of samples can't be compared."
    )
    yield (
        "cIoU, AUC and IIoU mark the brighter half of the picture. With the size known, as many "
        "pixels are marked as the object has. What says one threshold, pIA, AOC and F have the same "
        "threshold for all pictures and sounds. No second model of objects helps."
    )
    for reason, count in collections.Counter(fault.reason for fault in data.faults).items():
        names = sorted({fault.name for fault in data.faults if fault.reason == reason})
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        yield f"{count} faults of the kind {reason}: {shown}."
