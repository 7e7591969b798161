"""What AvcEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Better, Metric, Rank

ACCURACY = Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE)
AUC = Metric("avc_auc", "AVC area under ROC")
CORRESPONDING = Metric("accuracy_corresponding", "AVC accuracy, own sounds", rank=Rank.MINOR)
MISMATCHED = Metric("accuracy_mismatched", "AVC accuracy, other sounds", rank=Rank.MINOR)

BLOCKS = {"avc_blocks_2": 2, "avc_blocks_4": 4, "avc_blocks_8": 8}
"""By name of the metric, how many blocks stand along a side of what the model sees."""
CUES = {
    name: Metric(name, f"AVC accuracy, {words}", Better.NEITHER, Rank.MINOR)
    for name, words in (
        ("avc_grey", "grey frames"),
        *((name, f"{count} x {count} blocks shuffled") for name, count in BLOCKS.items()),
        ("avc_shuffled_sound", "sounds shuffled in 20 ms"),
    )
}
"""What is left where something is taken away; no way is better, as it tells what a model uses."""


@dataclasses.dataclass(frozen=True)
class AvcOptions(EvaluatorOptions):
    """How correspondence is measured."""

    batch_size: Annotated[int, "Pairs that a model scores at once.", Ge(1)] = 32
    max_cue_pairs: Annotated[
        int,
        "Maximum number of pairs that are scored again without colours, in shuffled blocks and so "
        "on; 0 leaves that out.",
        Ge(0),
    ] = 1000
    cue_seed: Annotated[int, "Seed of the order of shuffled blocks and sounds.", Ge(0)] = 0


_PACKAGE = "objects_that_sound.components.avc_evaluator"

AVC = Evaluator(
    name="avc",
    title="Correspondence",
    help="Do image and sound correspond? Accuracy on pairs of both kinds.",
    metrics=(ACCURACY, AUC, CORRESPONDING, MISMATCHED, *CUES.values()),
    function=f"{_PACKAGE}.evaluate:evaluate_avc",
    component=f"{_PACKAGE}.component:AvcEvaluator",
    options=AvcOptions,
    inputs=("pairs", "baselines"),
    optional_inputs=("baselines",),
    with_chance=(ACCURACY, AUC),
    with_baselines=(ACCURACY,),
)
