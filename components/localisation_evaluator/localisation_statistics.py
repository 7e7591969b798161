"""The metrics of a model's maps and scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.localise_batch import Map
from objects_that_sound.components.evaluation.measure import mean_of
from objects_that_sound.components.localisation_evaluator.evaluator import (
    AVERAGE_PRECISION,
    CIOU,
    CIOU_AUC,
    CIOU_OVER_CENTRE,
    FIRES,
    MAX_F1,
    MEAN_OVERLAP,
    POINTING,
    POINTING_OVER_CENTRE,
    UNIVERSAL_THRESHOLD,
)
from objects_that_sound.components.localisation_evaluator.firing import (
    CHANCE_F1,
    CHANCE_PRECISION,
    KEPT,
    FiringCurve,
    firing_rate,
    universal_threshold,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised
from objects_that_sound.components.localisation_evaluator.map_scores import (
    SUCCESS,
    box_area,
    centre_hit,
    centre_map,
    overlap,
    pointing_hit,
    success_area,
)

Box = Sequence[float]


class Overlaps(NamedTuple):
    """How well the boxes of n frames are met.

    Attributes:
        model: float[n], overlap of the map with the box.
        centre: float[n], that of a map that always marks the middle.
        random: float[n], that of a map of random cells.
    """

    model: np.ndarray
    centre: np.ndarray
    random: np.ndarray


def measure_overlaps(
    localised: Localised, boxes: Sequence[Box], seed: int, threshold: float | None
) -> Overlaps:
    """Computes the overlaps of maps, with their own sounds, and boxes.

    Args:
        localised: the maps.
        boxes: of each frame.
        seed: of the random maps.
        threshold: value of the model's maps where something sounds; None if it does not say.
    """
    random = np.random.default_rng(seed)

    def of(make: Callable[[Map], np.ndarray], threshold: float | None = None) -> np.ndarray:
        return np.array(
            [
                overlap(make(one), one["crop_box"], box, threshold)
                for one, box in zip(localised.right, boxes, strict=True)
            ]
        )

    return Overlaps(
        of(lambda one: one["heatmap"], threshold),
        of(lambda one: centre_map(*one["heatmap"].shape)),
        of(lambda one: random.random(one["heatmap"].shape)),
    )


def pointing_statistics(
    localised: Localised, boxes: Sequence[Box], overlaps: Overlaps
) -> dict[str, Statistic]:
    """Makes the statistics of where the maps point, by name of the metric.

    Args:
        localised: the maps.
        boxes: of each frame.
        overlaps: of the same.
    """
    hits = _hits(localised.right, boxes)
    successes = _successes(overlaps.model)
    values = {
        POINTING: hits,
        POINTING_OVER_CENTRE: hits - _centre_hits(boxes),
        CIOU: successes,
        MEAN_OVERLAP: overlaps.model,
        CIOU_AUC: success_area(overlaps.model),
        CIOU_OVER_CENTRE: successes - _successes(overlaps.centre),
    }
    return {metric.name: mean_of(one) for metric, one in values.items()}


def pointing_baselines(
    localised: Localised, boxes: Sequence[Box], overlaps: Overlaps
) -> dict[str, dict[str, Statistic]]:
    """Makes the statistics of the middle of the image, and of the map with a wrong sound.

    A map that only marks what stands out points into the box with any sound.

    Returns:
        By name of the metric and name for people; see `pointing_statistics`.
    """
    pointing = {"image centre": mean_of(_centre_hits(boxes))}
    if localised.wrong is not None:
        pointing["wrong sound"] = mean_of(_hits(localised.wrong, boxes))
    return {
        POINTING.name: pointing,
        CIOU.name: {"image centre": mean_of(_successes(overlaps.centre))},
        MEAN_OVERLAP.name: {"image centre": mean_of(overlaps.centre)},
        CIOU_AUC.name: {"image centre": mean_of(success_area(overlaps.centre))},
    }


def pointing_chance(boxes: Sequence[Box], overlaps: Overlaps) -> dict[str, float]:
    """Computes what random points and random maps reach, by name of the metric."""
    return {
        POINTING.name: float(np.mean([box_area(box) for box in boxes])),
        CIOU.name: float(_successes(overlaps.random).mean()),
        MEAN_OVERLAP.name: float(overlaps.random.mean()),
        CIOU_AUC.name: float(success_area(overlaps.random).mean()),
    }


FIRING_CHANCE = {
    **{metric.name: KEPT for metric in FIRES.values()},
    AVERAGE_PRECISION.name: CHANCE_PRECISION,
    MAX_F1.name: CHANCE_F1,
}
"""What a model reaches that can't tell true sounds from others, by name of the metric."""


def firing_statistics(localised: Localised) -> dict[str, Statistic]:
    """Makes the statistics of the scores, by name of the metric.

    Returns:
        The universal threshold; the shares of frames that fire at each kind of other sounds at that
        one threshold; and, of true sounds among silence, noise and off-screen sounds, average
        precision and maximum F1 (see `FiringCurve`; a wrong sound may be that of something else in
        the frame, so it does not count there).
    """
    true = localised.scores["true"]
    others = {kind: scores for kind, scores in localised.scores.items() if kind != "true"}
    curve = FiringCurve(true, [scores for kind, scores in others.items() if kind != "wrong"])
    statistics: dict[str, Statistic] = {
        UNIVERSAL_THRESHOLD.name: lambda rows: universal_threshold(true[rows]),
        AVERAGE_PRECISION.name: curve.average_precision,
        MAX_F1.name: curve.max_f1,
    }
    for kind, scores in others.items():
        statistics[FIRES[kind].name] = _fires(true, scores)
    return statistics


def _fires(true: np.ndarray, scores: np.ndarray) -> Statistic:
    return lambda rows: firing_rate(scores[rows], universal_threshold(true[rows]))


def _successes(overlaps: np.ndarray) -> np.ndarray:
    return (overlaps >= SUCCESS).astype(float)


def _centre_hits(boxes: Sequence[Box]) -> np.ndarray:
    return np.array([centre_hit(box) for box in boxes])


def _hits(maps: Sequence[Map], boxes: Sequence[Box]) -> np.ndarray:
    return np.array(
        [
            pointing_hit(one["heatmap"], one["crop_box"], box)
            for one, box in zip(maps, boxes, strict=True)
        ]
    )
