"""Measures localisation, without a pipeline."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tfx import types

from objects_that_sound.components.evaluation import example_fields
from objects_that_sound.components.evaluation.blessing import Decision, decide
from objects_that_sound.components.evaluation.bootstrap import Statistic
from objects_that_sound.components.evaluation.estimate import confidence_and_change
from objects_that_sound.components.evaluation.estimate_all import estimate_all
from objects_that_sound.components.evaluation.saved_model import SavedModel
from objects_that_sound.components.evaluation.threshold import Threshold
from objects_that_sound.components.evaluation.write_figure import write_figure
from objects_that_sound.components.evaluation.write_metrics import write_metrics
from objects_that_sound.components.localisation_evaluator.frames_and_sounds import (
    FramesAndSounds,
    frames_and_sounds,
)
from objects_that_sound.components.localisation_evaluator.localisation_statistics import (
    Box,
    Overlaps,
    firing_statistics,
    measure_overlaps,
    pointing_statistics,
)
from objects_that_sound.components.localisation_evaluator.localise import Localised, localise
from objects_that_sound.components.localisation_evaluator.plots import (
    score_distributions,
    success_curve,
)
from objects_that_sound.components.localisation_evaluator.write_samples import write_samples
from objects_that_sound.models import examples as contract

SUCCESS_CURVE_FILE = "success_curve.png"
SCORES_FILE = "scores.png"

_NO_BOX = "no example has a box of the object that sounds"
_OF_BOXES = (
    "pointing_accuracy",
    "centre_baseline",
    "random_baseline",
    "pointing_over_centre",
    "wrong_sound_pointing_accuracy",
    "ciou",
    "ciou_centre_baseline",
    "ciou_random_baseline",
    "ciou_over_centre",
    "ciou_auc",
    "ciou_auc_centre_baseline",
    "ciou_auc_random_baseline",
)
_ONE_CLASS = "all sounds are of one class or group of videos"
_REASONS = {
    "wrong_sound_pointing_accuracy": _ONE_CLASS,
    "fires_wrong": _ONE_CLASS,
    "fires_off_screen": "no sound is known to be of a class that is not in some frame",
}


def evaluate_localisation(
    folder: str,
    artifacts: Sequence[types.Artifact],
    model: SavedModel,
    baseline_model: SavedModel | None = None,
    *,
    thresholds: Sequence[Threshold] = (),
    max_examples: int = 2000,
    seed: int = 0,
    split: str = "eval",
    batch_size: int = 32,
) -> list[Decision]:
    """Writes localisation's figures and pictures (see `LocalisationEvaluator`).

    Args:
        folder: of the Evaluation.
        artifacts: of type Examples.
        model: with the signature `localise`.
        baseline_model: to compare with; likewise.
        thresholds: on the metrics of `pointing_statistics` and `firing_statistics`.
        max_examples: how many frames at most.
        seed: of the choice of frames and sounds.
        split: name of the split.
        batch_size: frames a call of the model.

    Returns:
        What came of the thresholds.

    Raises:
        ValueError: a map or a score is not finite, or the split is empty.
    """
    data = frames_and_sounds(artifacts, split, max_examples, seed)
    boxes = [example[contract.BOX] for example in data.examples if example.get(contract.BOX)]
    measured = _measure(model, data, boxes, batch_size, seed, "model")
    baseline = None
    if baseline_model is not None:
        baseline = _measure(baseline_model, data, boxes, batch_size, seed, "baseline")
    estimates, changes = estimate_all(
        measured.statistics,
        _of_the_model_alone(baseline.statistics) if baseline else None,
        [example_fields.group(example) for example in data.examples],
    )
    reasons = _REASONS if boxes else _REASONS | dict.fromkeys(_OF_BOXES, _NO_BOX)
    missing = {name: reason for name, reason in reasons.items() if name not in estimates}
    metrics = {
        "num_examples": len(boxes),
        "num_frames": len(data.examples),
        **dict.fromkeys(missing),
        **{name: estimate.value for name, estimate in estimates.items()},
        "missing": missing,
        **({} if boxes else {"reason": _NO_BOX}),
        **confidence_and_change(estimates, changes),
    }
    write_metrics(folder, metrics)
    scores, threshold = measured.localised.scores, estimates["universal_threshold"].value
    write_figure(os.path.join(folder, SCORES_FILE), score_distributions(scores, threshold))
    if measured.overlaps is not None:
        curves = {"model": measured.overlaps.model}
        if baseline is not None and baseline.overlaps is not None:
            curves["baseline model"] = baseline.overlaps.model
        curves |= {"image centre": measured.overlaps.centre, "random": measured.overlaps.random}
        write_figure(os.path.join(folder, SUCCESS_CURVE_FILE), success_curve(curves))
    write_samples(folder, data, measured.localised)
    return decide(thresholds, estimates, changes, missing)


class _Measured(NamedTuple):
    localised: Localised
    overlaps: Overlaps | None
    statistics: dict[str, Statistic]


def _measure(
    model: SavedModel,
    data: FramesAndSounds,
    boxes: Sequence[Box],
    batch_size: int,
    seed: int,
    what: str,
) -> _Measured:
    localised = localise(model, data, batch_size, what)
    statistics = firing_statistics(localised)
    if not boxes:
        return _Measured(localised, None, statistics)
    overlaps = measure_overlaps(localised, boxes, seed)
    return _Measured(
        localised, overlaps, statistics | pointing_statistics(localised, boxes, overlaps)
    )


def _of_the_model_alone(statistics: Mapping[str, Statistic]) -> dict[str, Statistic]:
    """Without those that are the same for every model."""
    return {name: one for name, one in statistics.items() if not name.endswith("_baseline")}
