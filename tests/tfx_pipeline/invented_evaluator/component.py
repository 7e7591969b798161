"""The invented evaluator as a TFX component."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from invented_evaluator.evaluator import NOISE
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation


@component
def NoiseEvaluator(  # noqa: N802
    examples: InputArtifact[list[Examples]],
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    baseline_model: InputArtifact[Model] = None,
    options: Parameter[str] = "",
    thresholds: Parameter[str] = "",
):
    """Measures how loud sounds are."""
    leave_evaluation(
        NOISE,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
        examples=[one.uri for one in examples],
    )
