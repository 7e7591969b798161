"""SoundBenchmarkEvaluator: a linear classifier on the sound's features, on public benchmarks."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import SOUND_BENCHMARK


@component
def SoundBenchmarkEvaluator(
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    options: Parameter[str],
    baseline_model: InputArtifact[Model] = None,
    examples: InputArtifact[list[Examples]] = None,
    thresholds: Parameter[str] = "",
):
    """Measures what the sound's features are worth for telling classes apart.

    Args:
        model: Model with the signatures `describe`, `audio_features` and `embed_audio`.
        evaluation: figures, pictures and verdict; see `evaluate_sound_benchmark` and `leave_evaluation`.
        options: JSON of `SoundBenchmarkOptions`. TFX's cache looks at the name of the benchmark's
            folder only: put another benchmark into another folder.
        baseline_model: Model to compare with, if there is one.
        examples: Examples that the model was trained on (their split `train`).
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    leave_evaluation(
        SOUND_BENCHMARK,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
        examples=[one.uri for one in examples or ()],
    )
