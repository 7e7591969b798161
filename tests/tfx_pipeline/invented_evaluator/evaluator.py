"""What the invented evaluator is."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from annotated_types import Ge

from objects_that_sound.components.evaluation.evaluator import Evaluator
from objects_that_sound.components.evaluation.evaluator_options import EvaluatorOptions
from objects_that_sound.components.evaluation.metric import Better, Metric

LOUDNESS = Metric("loudness", "Mean loudness", Better.LOWER, unit="dBFS")
QUIET = Metric("quiet", "Share of quiet sounds")
SPEECH = Metric("speech", "Share of speech")


@dataclasses.dataclass(frozen=True)
class NoiseOptions(EvaluatorOptions):
    quiet_below: Annotated[int, "Loudness of what is quiet, in dBFS.", Ge(-90)] = -25


NOISE = Evaluator(
    name="background_noise",
    title="Background noise",
    help="How loud is it?",
    metrics=(LOUDNESS, QUIET, SPEECH),
    function="invented_evaluator.evaluate:evaluate_noise",
    component="invented_evaluator.component:NoiseEvaluator",
    options=NoiseOptions,
)
