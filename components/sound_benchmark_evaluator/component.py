"""SoundBenchmarkEvaluator: a linear classifier on the sound's features, on public benchmarks."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import conclude
from objects_that_sound.components.sound_benchmark_evaluator.evaluate import (
    evaluate_sound_benchmark,
)
from objects_that_sound.components.sound_benchmark_evaluator.evaluator import (
    SoundBenchmarkOptions,
)


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
        evaluation: figures, pictures and verdict; see `evaluate_sound_benchmark` and `conclude`.
        options: JSON of `SoundBenchmarkOptions`. TFX's cache looks at the name of the benchmark's
            folder only: put another benchmark into another folder.
        baseline_model: Model to compare with, if there is one.
        examples: Examples that the model was trained on (their split `train`).
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    result = evaluate_sound_benchmark(
        model.uri,
        baseline_model.uri if baseline_model else None,
        examples=[one.uri for one in examples or ()],
        options=SoundBenchmarkOptions.from_json(options),
        folder=evaluation.uri,
    )
    conclude(evaluation, result, thresholds, baseline_model)
