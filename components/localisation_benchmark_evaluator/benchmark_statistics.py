"""The statistics of a benchmark's metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.integrate import trapezoid

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.measure import mean_of
from objects_that_sound.components.localisation_benchmark_evaluator import (
    detection,
    negative_sounds,
    overlaps,
    segmentation,
)
from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import (
    AOC,
    AP,
    AUC,
    AUC_ADAPTIVE,
    AUC_UNIVERSAL,
    CIOU,
    CIOU_ADAPTIVE,
    CIOU_UNIVERSAL,
    F_AUC,
    FOLLOWS,
    FOLLOWS_ADAPTIVE,
    IAUC,
    IAUC_ADAPTIVE,
    IIOU,
    IIOU_ADAPTIVE,
    M_F,
    M_J,
    MAX_F1,
    MEAN_CIOU,
    PIA,
    SAME_AREA,
    F,
)
from objects_that_sound.components.localisation_benchmark_evaluator.look import Look
from objects_that_sound.components.localisation_benchmark_evaluator.usable_samples import (
    UsableSamples,
)
from objects_that_sound.components.localisation_evaluator.map_scores import (
    SUCCESS,
    SUCCESS_THRESHOLDS,
    success_area,
)


class Overlaps(NamedTuple):
    """How well n maps meet what sounds.

    Attributes:
        half: float[n], overlap of the brighter half; NaN where nothing sounds.
        adaptive: float[n], overlap of as many pixels as the object has; likewise.
    """

    half: np.ndarray
    adaptive: np.ndarray


def measure_overlaps(data: UsableSamples, looks: Sequence[Look | None]) -> Overlaps:
    """Computes the overlaps that need no threshold.

    Args:
        data: the samples.
        looks: map of each; where there is none, nothing is measured.
    """
    found = np.full((2, len(data.samples)), np.nan)
    for row in np.flatnonzero(data.positive):
        one = looks[row]
        if one is None:
            continue
        heatmap, truth = one.square(), data.truth(row)
        found[:, row] = (
            overlaps.consensus_overlap(overlaps.half_area(heatmap), truth),
            overlaps.consensus_overlap(overlaps.as_many_as(heatmap, truth), truth),
        )
    return Overlaps(*found)


def overlap_statistics(data: UsableSamples, found: Overlaps) -> dict[str, Statistic]:
    """Makes the statistics of overlaps, by name of the metric."""
    rows = np.flatnonzero(data.positive)
    samples = [data.samples[row] for row in rows]
    pictures = _numbers([one.group for one in samples])
    scenes = _numbers([one.scene or f"{row} alone" for row, one in enumerate(samples)])

    def of_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
        together = np.full(len(values), np.nan)
        together[rows] = overlaps.all_of_a_group(values[rows], groups)
        return together

    def mean_of_groups(values: np.ndarray, groups: np.ndarray) -> Statistic:
        # A group counts once, however many samples it has: they share its weight.
        weights = np.ones(len(values))
        weights[rows] = 1.0 / np.bincount(groups)[groups]
        return _weighted_mean(values, weights)

    statistics = {MEAN_CIOU.name: mean_of(found.half)}
    for (success, area, all_sounds, all_sounds_area, all_moments), values in (
        ((CIOU, AUC, IIOU, IAUC, FOLLOWS), found.half),
        (
            (CIOU_ADAPTIVE, AUC_ADAPTIVE, IIOU_ADAPTIVE, IAUC_ADAPTIVE, FOLLOWS_ADAPTIVE),
            found.adaptive,
        ),
    ):
        of_pictures, of_scenes = of_groups(values, pictures), of_groups(values, scenes)
        statistics |= {
            success.name: mean_of(_success(values)),
            area.name: mean_of(success_area(values)),
            all_sounds.name: mean_of_groups(_success(of_pictures), pictures),
            all_sounds_area.name: mean_of_groups(success_area(of_pictures), pictures),
            all_moments.name: mean_of_groups(_success(of_scenes), scenes),
        }
    return statistics


def _numbers(names: Sequence[str]) -> np.ndarray:
    return np.unique(names, return_inverse=True)[1]


def _success(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, values >= SUCCESS)


def detection_statistics(
    data: UsableSamples, looks: Sequence[Look | None], found: Overlaps
) -> dict[str, Statistic]:
    """Makes AP and max-F1; nothing where the benchmark has no pairs in which nothing sounds."""
    if data.positive.all():
        return {}
    sounds = data.positive
    confidences = np.array([detection.confidence(one.square()) if one else np.nan for one in looks])
    success = np.nan_to_num(found.half)

    def of(measure: Callable[..., float]) -> Statistic:
        return lambda rows: measure(confidences[rows], success[rows], sounds[rows])

    return {AP.name: of(detection.average_precision), MAX_F1.name: of(detection.max_f1)}


def universal_statistics(
    data: UsableSamples, looks: Mapping[str, Sequence[Look | None]], halves: np.ndarray
) -> dict[str, Statistic]:
    """Makes the statistics at the universal threshold, by name of the metric.

    Args:
        data: the samples.
        looks: maps by kind of sound.
        halves: bool[n]; the threshold of each half comes from the other.
    """
    kinds = [kind for kind in negative_sounds.KINDS if kind in looks]
    count = len(data.samples)
    peaks = np.array(
        [[one.heatmap.max() if one else np.nan for one in looks[kind]] for kind in kinds]
    )
    thresholds = negative_sounds.thresholds_of_the_other_half(peaks, halves)
    ciou = np.full(count, np.nan)
    pia = {kind: np.full(count, np.nan) for kind in kinds}
    same = {kind: np.full(count, np.nan) for kind in kinds}
    for row in np.flatnonzero(data.positive):
        own = looks["own"][row]
        assert own is not None  # every sample has its own sound
        marked = own.square() > thresholds[row]
        ciou[row] = np.nan_to_num(overlaps.consensus_overlap(marked, data.truth(row)))
        for kind in kinds:
            one = looks[kind][row]
            if one is not None:
                other = one.square() > thresholds[row]
                pia[kind][row] = other.mean()
                same[kind][row] = negative_sounds.same_area(marked, other)
    area = success_area(ciou)
    dark = {kind: _dark_area(values) for kind, values in pia.items()}
    statistics = {CIOU_UNIVERSAL.name: mean_of(ciou), AUC_UNIVERSAL.name: mean_of(area)}
    statistics |= {PIA[kind].name: mean_of(values) for kind, values in pia.items()}
    statistics |= {AOC[kind].name: mean_of(values) for kind, values in dark.items()}
    statistics |= {SAME_AREA[kind].name: mean_of(values) for kind, values in same.items()}
    statistics[F.name] = _harmonic(mean_of(ciou), [mean_of(1 - one) for one in pia.values()])
    statistics[F_AUC.name] = _harmonic(mean_of(area), [mean_of(one) for one in dark.values()])
    return statistics


def mask_statistics(data: UsableSamples, looks: Sequence[Look | None]) -> dict[str, Statistic]:
    """Makes M_J and M_F; nothing where the benchmark has boxes."""
    if not any(sample.mask for sample in data.samples):
        return {}
    jaccard = np.full(len(data.samples), np.nan)
    curves = np.full((len(data.samples), 255), np.nan, np.float32)
    for row, (sample, one) in enumerate(zip(data.samples, looks, strict=True)):
        if sample.mask and one is not None:
            heatmap, truth = one.square(), data.truth(row)
            jaccard[row] = segmentation.jaccard(heatmap, truth)
            curves[row] = segmentation.f_curve(heatmap, truth)
    counted = ~np.isnan(curves[:, 0])
    filled = np.nan_to_num(curves)

    def m_f(rows: np.ndarray) -> float:
        there = np.count_nonzero(counted[rows])
        return float(filled[rows].sum(axis=0).max() / there) if there else float("nan")

    return {M_J.name: mean_of(jaccard), M_F.name: m_f}


def _dark_area(pia: np.ndarray) -> np.ndarray:
    """Of each sample the area under "at most so much of the picture is marked" over 0..1."""
    reached = pia[:, None] <= SUCCESS_THRESHOLDS + 1e-9
    return np.where(
        np.isnan(pia), np.nan, trapezoid(reached.astype(float), SUCCESS_THRESHOLDS, axis=1)
    )


def _weighted_mean(values: np.ndarray, weights: np.ndarray) -> Statistic:
    there = np.where(np.isnan(values), 0.0, weights)
    weighted = np.nan_to_num(values) * there

    def mean(rows: np.ndarray) -> float:
        total = there[rows].sum()
        return float(weighted[rows].sum() / total) if total else float("nan")

    return mean


def _harmonic(found: Statistic, dark: Sequence[Statistic]) -> Statistic:
    return lambda rows: negative_sounds.harmonic_mean(
        found(rows), float(np.mean([one(rows) for one in dark]))
    )
