"""The invented evaluator as a TFX component."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from invented_evaluator.evaluate import evaluate_noise
from invented_evaluator.evaluator import NoiseOptions
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import conclude


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
    result = evaluate_noise(
        model.uri,
        baseline_model.uri if baseline_model else None,
        examples=[one.uri for one in examples],
        options=NoiseOptions.from_json(options),
        folder=evaluation.uri,
    )
    conclude(evaluation, result, thresholds, baseline_model)
