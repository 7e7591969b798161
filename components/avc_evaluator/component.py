"""AvcEvaluator: audio-visual correspondence, the task that the networks are trained on."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.avc_evaluator.evaluator import AVC
from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation


@component
def AvcEvaluator(
    pairs: InputArtifact[Examples],
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    baseline_model: InputArtifact[Model] = None,
    baselines: InputArtifact[Evaluation] = None,
    options: Parameter[str] = "",
    thresholds: Parameter[str] = "",
):
    """Measures whether a model tells corresponding from mismatched pairs ("Look, Listen and Learn").

    Args:
        pairs: Examples made by AvcPairGen.
        model: Model with the signature `score_examples`.
        evaluation: figures, pictures and verdict; see `evaluate_avc` and `leave_evaluation`.
        baseline_model: Model to compare with, if there is one.
        baselines: BaselineEvaluator's Evaluation of the same pairs.
        options: JSON of `AvcOptions`.
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    leave_evaluation(
        AVC,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
        pairs=pairs.uri,
        baselines=baselines.uri if baselines else None,
    )
