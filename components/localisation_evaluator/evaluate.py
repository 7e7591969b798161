"""Measures localisation."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.baseline_model import load_baseline_model
from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.components.evaluation.measure import mean_of, measure
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.write_figure import write_figure
from objects_that_sound.components.localisation_evaluator.evaluator import (
    FIRES,
    LOCALISATION,
    OF_BOXES,
    OTHER_SOUNDS,
    POINTING_IN_MOSAICS,
    LocalisationOptions,
)
from objects_that_sound.components.localisation_evaluator.firing import KEPT, universal_threshold
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import (
    FramesAndSounds,
    frames_and_sounds,
)
from objects_that_sound.components.localisation_evaluator.localisation_statistics import (
    FIRING_CHANCE,
    Box,
    Overlaps,
    firing_statistics,
    measure_overlaps,
    pointing_baselines,
    pointing_chance,
    pointing_statistics,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised, localise
from objects_that_sound.components.localisation_evaluator.mosaics import (
    CHANCE,
    Mosaic,
    mosaic_hits,
    mosaics,
)
from objects_that_sound.components.localisation_evaluator.plots import (
    score_distributions,
    success_curve,
)
from objects_that_sound.components.localisation_evaluator.write_samples import write_samples
from objects_that_sound.models import examples as contract

SUCCESS_CURVE_FILE = "success_curve.png"
SCORES_FILE = "scores.png"

_MISSING = {
    **dict.fromkeys(
        (metric.name for metric in OF_BOXES), "no example has a box of the object that sounds"
    ),
    **dict.fromkeys(
        (POINTING_IN_MOSAICS.name, FIRES["wrong"].name),
        "all sounds are of one class or group of videos",
    ),
    FIRES["off_screen"].name: "no sound is known to be of a class that is not in some frame",
}


def evaluate_localisation(
    model: str,
    baseline_model: str | None = None,
    *,
    examples: Sequence[str],
    options: LocalisationOptions,
    folder: str,
) -> EvaluationResult:
    """Measures how well the map finds what sounds, and what the model does with other sounds.

    Of frames with a box: how often the map's peak lies in the box ("Objects that Sound", section
    4), and the overlap of the map's bright part with it (see `map_scores`). Of all frames: how
    often the peak lies in the right one of two frames side by side (see `mosaics`), and the shares
    that fire at other sounds than their own (see `firing`). Intervals are by groups of videos.

    Args:
        model: path of a model with the signature `localise`; see `saved_model_path`.
        baseline_model: path of the latest blessed model; None if there is none.
        examples: folders of Examples.
        options: how to measure.
        folder: folder that gets `scores.png`, with boxes `success_curve.png`, and `samples.json`
            with pictures of some frames under their maps, with the right and with a wrong sound.

    Returns:
        The metrics. Details: `num_frames`, and of these `num_frames_with_boxes`: all or none.

    Raises:
        ValueError: a map or a score is not finite, or the split is empty.
    """
    trained = SavedModel(model)
    data = frames_and_sounds(examples, options.split, options.max_examples, options.seed)
    boxes = [example[contract.BOX] for example in data.examples if example.get(contract.BOX)]
    pairs = mosaics(data, options.seed)
    measured = _measure(trained, data, boxes, pairs, options, "model")
    other = load_baseline_model(baseline_model, trained)
    compared = _measure(other, data, boxes, pairs, options, "baseline") if other else None
    chance = FIRING_CHANCE | {POINTING_IN_MOSAICS.name: CHANCE}
    baselines = {}
    if measured.overlaps is not None:
        chance |= pointing_chance(boxes, measured.overlaps)
        baselines = pointing_baselines(measured.localised, boxes, measured.overlaps)
    metrics = measure(
        LOCALISATION.metrics,
        measured.statistics,
        compared.statistics if compared else None,
        [example_fields.group(example) for example in data.examples],
        chance=chance,
        baselines=baselines,
        missing=_MISSING,
    )
    threshold = universal_threshold(measured.localised.scores["true"])
    write_figure(
        os.path.join(folder, SCORES_FILE),
        score_distributions(measured.localised.scores, threshold),
    )
    if measured.overlaps is not None:
        curves = {"model": measured.overlaps.model}
        if compared is not None and compared.overlaps is not None:
            curves["baseline model"] = compared.overlaps.model
        curves |= {"image centre": measured.overlaps.centre, "random": measured.overlaps.random}
        write_figure(os.path.join(folder, SUCCESS_CURVE_FILE), success_curve(curves))
    write_samples(folder, data, measured.localised)
    counts = {"num_frames": len(data.examples), "num_frames_with_boxes": len(boxes)}
    return EvaluationResult(
        LOCALISATION.name,
        LOCALISATION.title,
        metrics,
        notes=(
            f"{counts['num_frames']} frames, {counts['num_frames_with_boxes']} with boxes.",
            f"A frame fires at a sound if its score is {threshold:.3f} or more, as that of "
            f"{KEPT:.0%} of the true sounds is.",
            *_of_outline(trained.map_threshold, measured.localised.peaks),
        ),
        details=counts,
    )


def _of_outline(threshold: float | None, peaks: dict[str, np.ndarray]) -> tuple[str, ...]:
    if threshold is None:
        return (
            "The model does not say from which value on a map marks something: of each map, the "
            "brighter half of its own range is compared with the box.",
        )
    marked = {kind: np.mean(of[np.isfinite(of)] >= threshold) for kind, of in peaks.items()}
    others = [
        f"{marked[kind]:.1%} with {what}" for kind, what in OTHER_SOUNDS.items() if kind in marked
    ]
    return (
        f"Where a map is {threshold:.3f} or more, it is compared with the box. "
        f"{marked['true']:.1%} of the maps mark something with the frame's own sound, "
        f"and {', '.join(others)}.",
    )


class _Measured(NamedTuple):
    localised: Localised
    overlaps: Overlaps | None
    statistics: dict[str, Statistic]


def _measure(
    model: SavedModel,
    data: FramesAndSounds,
    boxes: Sequence[Box],
    pairs: Sequence[Mosaic],
    options: LocalisationOptions,
    what: str,
) -> _Measured:
    localised = localise(model, data, options.batch_size, what)
    hits = mosaic_hits(model, pairs, len(data.examples), options.batch_size, what)
    statistics = firing_statistics(localised) | {POINTING_IN_MOSAICS.name: mean_of(hits)}
    if not boxes:
        return _Measured(localised, None, statistics)
    overlaps = measure_overlaps(localised, boxes, options.seed, model.map_threshold)
    return _Measured(
        localised, overlaps, statistics | pointing_statistics(localised, boxes, overlaps)
    )
