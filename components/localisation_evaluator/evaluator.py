"""What LocalisationEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank

POINTING = Metric("pointing_accuracy", "Pointing accuracy", rank=Rank.HEADLINE)
POINTING_OVER_CENTRE = Metric("pointing_over_centre", "Pointing over centre", rank=Rank.MINOR)
CIOU = Metric("ciou", "cIoU")
CIOU_AUC = Metric("ciou_auc", "cIoU AUC", rank=Rank.MINOR)
CIOU_OVER_CENTRE = Metric("ciou_over_centre", "cIoU over centre", rank=Rank.MINOR)
MEAN_OVERLAP = Metric("mean_overlap", "Mean overlap")
OF_BOXES = (POINTING, POINTING_OVER_CENTRE, CIOU, MEAN_OVERLAP, CIOU_AUC, CIOU_OVER_CENTRE)
"""Metrics that are measured on frames with boxes only."""

POINTING_IN_MOSAICS = Metric("pointing_in_mosaics", "Pointing in mosaics")

OTHER_SOUNDS = {
    "silence": "silence",
    "noise": "noise",
    "off_screen": "an off-screen sound",
    "wrong": "a wrong sound",
}
"""What people call them, by kind of sound as in `FramesAndSounds.sounds`."""
FIRES = {
    kind: Metric(f"fires_{kind}", f"Fires at {what}", Better.LOWER)
    for kind, what in OTHER_SOUNDS.items()
}
AVERAGE_PRECISION = Metric("average_precision", "Average precision")
MAX_F1 = Metric("max_f1", "Maximum F1")
UNIVERSAL_THRESHOLD = Metric(
    "universal_threshold", "Universal threshold", Better.NEITHER, Rank.MINOR
)


@dataclasses.dataclass(frozen=True)
class LocalisationOptions(EvaluatorOptions):
    """How localisation is measured."""

    max_examples: Annotated[
        int,
        "Largest number of frames: of those with boxes, or of any where there are none. They are "
        "held in memory; the paper has 500.",
        Ge(1),
    ] = 2000
    seed: Annotated[int, "Seed of the choice of frames and of other sounds.", Ge(0)] = 0
    split: Annotated[str, "Split to measure on."] = "eval"
    batch_size: Annotated[int, "Frames that a model looks at at once.", Ge(1)] = 32


_PACKAGE = "objects_that_sound.components.localisation_evaluator"

LOCALISATION = Evaluator(
    name="localisation",
    title="Localisation",
    help="Does the map lie on what sounds, and stay dark where nothing does?",
    metrics=(
        *OF_BOXES,
        POINTING_IN_MOSAICS,
        *FIRES.values(),
        AVERAGE_PRECISION,
        MAX_F1,
        UNIVERSAL_THRESHOLD,
    ),
    function=f"{_PACKAGE}.evaluate:evaluate_localisation",
    component=f"{_PACKAGE}.component:LocalisationEvaluator",
    options=LocalisationOptions,
    with_chance=(
        POINTING,
        CIOU,
        MEAN_OVERLAP,
        CIOU_AUC,
        POINTING_IN_MOSAICS,
        *FIRES.values(),
        AVERAGE_PRECISION,
        MAX_F1,
    ),
    with_baselines=(POINTING, CIOU, MEAN_OVERLAP, CIOU_AUC),
)
