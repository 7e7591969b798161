"""The metrics of a model's maps and scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.estimate_all import mean_of
from objects_that_sound.components.evaluation.firing import (
    FiringCurve,
    firing_rate,
    universal_threshold,
)
from objects_that_sound.components.evaluation.localisation import (
    SUCCESS,
    box_area,
    centre_hit,
    centre_map,
    overlap,
    pointing_hit,
    success_area,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised, Map

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


def measure_overlaps(localised: Localised, boxes: Sequence[Box], seed: int) -> Overlaps:
    """Computes the overlaps of maps, with their own sounds, and boxes.

    Args:
        localised: the maps.
        boxes: of each frame.
        seed: of the random maps.
    """
    random = np.random.default_rng(seed)

    def of(make: Callable[[Map], np.ndarray]) -> np.ndarray:
        return np.array(
            [
                overlap(make(one), one["crop_box"], box)
                for one, box in zip(localised.right, boxes, strict=True)
            ]
        )

    return Overlaps(
        of(lambda one: one["heatmap"]),
        of(lambda one: centre_map(*one["heatmap"].shape)),
        of(lambda one: random.random(one["heatmap"].shape)),
    )


def pointing_statistics(
    localised: Localised, boxes: Sequence[Box], overlaps: Overlaps
) -> dict[str, Statistic]:
    """Makes the statistics of where the maps point, by metric.

    Args:
        localised: the maps.
        boxes: of each frame.
        overlaps: of the same.

    Returns:
        `pointing_accuracy`, beside it `centre_baseline`, `random_baseline`,
        `wrong_sound_pointing_accuracy` and the difference `pointing_over_centre`; `ciou` and
        `ciou_auc`, and both of `_centre_baseline` and `_random_baseline`, and `ciou_over_centre`.
    """
    hits = _hits(localised.right, boxes)
    centre = np.array([centre_hit(box) for box in boxes])
    values = {
        "pointing_accuracy": hits,
        "centre_baseline": centre,
        "random_baseline": np.array([box_area(box) for box in boxes]),
        "pointing_over_centre": hits - centre,
    }
    if localised.wrong is not None:
        values["wrong_sound_pointing_accuracy"] = _hits(localised.wrong, boxes)
    for suffix, measured in (
        ("", overlaps.model),
        ("_centre_baseline", overlaps.centre),
        ("_random_baseline", overlaps.random),
    ):
        values[f"ciou{suffix}"] = (measured >= SUCCESS).astype(float)
        values[f"ciou_auc{suffix}"] = success_area(measured)
    values["ciou_over_centre"] = values["ciou"] - values["ciou_centre_baseline"]
    return {name: mean_of(one) for name, one in values.items()}


def firing_statistics(localised: Localised) -> dict[str, Statistic]:
    """Makes the statistics of the scores, by metric.

    Returns:
        `universal_threshold`; `fires_wrong`, `fires_silence`, `fires_noise`, `fires_off_screen`: the
        shares of frames that fire at such sounds at that one threshold; and, of true sounds among
        silence, noise and off-screen sounds, `average_precision` and `max_f1` (see `FiringCurve`;
        a wrong sound may be that of something else in the frame, so it does not count there).
    """
    true = localised.scores["true"]
    others = {kind: scores for kind, scores in localised.scores.items() if kind != "true"}
    curve = FiringCurve(true, [scores for kind, scores in others.items() if kind != "wrong"])
    statistics: dict[str, Statistic] = {
        "universal_threshold": lambda rows: universal_threshold(true[rows]),
        "average_precision": curve.average_precision,
        "max_f1": curve.max_f1,
    }
    for kind, scores in others.items():
        statistics[f"fires_{kind}"] = _fires(true, scores)
    return statistics


def _fires(true: np.ndarray, scores: np.ndarray) -> Statistic:
    return lambda rows: firing_rate(scores[rows], universal_threshold(true[rows]))


def _hits(maps: Sequence[Map], boxes: Sequence[Box]) -> np.ndarray:
    return np.array(
        [
            pointing_hit(one["heatmap"], one["crop_box"], box)
            for one, box in zip(maps, boxes, strict=True)
        ]
    )
