"""LocalisationBenchmarkEvaluator: a model's maps on the field's benchmarks."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation
from objects_that_sound.components.localisation_benchmark_evaluator.evaluator import (
    LOCALISATION_BENCHMARK,
)


@component
def LocalisationBenchmarkEvaluator(
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    options: Parameter[str],
    baseline_model: InputArtifact[Model] = None,
    thresholds: Parameter[str] = "",
):
    """Measures the maps on a benchmark of visual sound localisation.

    Args:
        model: Model with the signatures `describe` and `localise`.
        evaluation: figures, pictures and verdict; see `evaluate_localisation_benchmark` and
            `leave_evaluation`.
        options: JSON of `LocalisationBenchmarkOptions`. TFX's cache looks at the name of the
            benchmark's folder only: put another benchmark into another folder.
        baseline_model: Model to compare with, if there is one.
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    leave_evaluation(
        LOCALISATION_BENCHMARK,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
    )
