"""LocalisationEvaluator: where the map lies, and whether it stays dark where nothing sounds."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation
from objects_that_sound.components.localisation_evaluator.evaluator import LOCALISATION


@component
def LocalisationEvaluator(
    examples: InputArtifact[list[Examples]],
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    baseline_model: InputArtifact[Model] = None,
    options: Parameter[str] = "",
    thresholds: Parameter[str] = "",
):
    """Measures how well the map finds what sounds, and what the model does with other sounds.

    Args:
        examples: spans of Examples with the split that is measured.
        model: Model with the signature `localise`.
        evaluation: figures, pictures and verdict; see `evaluate_localisation` and `leave_evaluation`.
        baseline_model: Model to compare with, if there is one.
        options: JSON of `LocalisationOptions`.
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    leave_evaluation(
        LOCALISATION,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
        examples=[span.uri for span in examples],
    )
