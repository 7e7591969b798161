"""What AvcEvaluator is: its metrics and options."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Metric, Rank

ACCURACY = Metric("avc_accuracy", "AVC accuracy", rank=Rank.HEADLINE)
AUC = Metric("avc_auc", "AVC area under ROC")
CORRESPONDING = Metric("accuracy_corresponding", "AVC accuracy, own sounds", rank=Rank.MINOR)
MISMATCHED = Metric("accuracy_mismatched", "AVC accuracy, other sounds", rank=Rank.MINOR)


@dataclasses.dataclass(frozen=True)
class AvcOptions(EvaluatorOptions):
    """How correspondence is measured."""

    batch_size: Annotated[int, "Pairs that a model scores at once.", Ge(1)] = 32


_PACKAGE = "objects_that_sound.components.avc_evaluator"

AVC = Evaluator(
    name="avc",
    title="Correspondence",
    help="Do image and sound correspond? Accuracy on pairs of both kinds.",
    metrics=(ACCURACY, AUC, CORRESPONDING, MISMATCHED),
    function=f"{_PACKAGE}.evaluate:evaluate_avc",
    component=f"{_PACKAGE}.component:AvcEvaluator",
    options=AvcOptions,
    inputs=("pairs", "baselines"),
    optional_inputs=("baselines",),
    with_chance=(ACCURACY, AUC),
    with_baselines=(ACCURACY,),
)
