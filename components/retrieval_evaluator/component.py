"""RetrievalEvaluator: nearest-neighbour retrieval within and across modalities."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.evaluation.artifacts import Evaluation
from objects_that_sound.components.evaluation.blessing import leave_evaluation
from objects_that_sound.components.retrieval_evaluator.evaluator import RETRIEVAL


@component
def RetrievalEvaluator(
    examples: InputArtifact[list[Examples]],
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    baseline_model: InputArtifact[Model] = None,
    baselines: InputArtifact[Evaluation] = None,
    options: Parameter[str] = "",
    thresholds: Parameter[str] = "",
):
    """Measures nDCG@k and recall in four directions ("Objects that Sound", section 3.4).

    Args:
        examples: spans of Examples with the split that is measured.
        model: Model with the signatures `embed_image` and `embed_audio`.
        evaluation: figures, neighbours to show and verdict; see `evaluate_retrieval` and `leave_evaluation`.
        baseline_model: Model to compare with, if there is one.
        baselines: BaselineEvaluator's Evaluation of the same examples.
        options: JSON of `RetrievalOptions`.
        thresholds: JSON of thresholds; see `thresholds_to_json`.
    """
    leave_evaluation(
        RETRIEVAL,
        evaluation,
        model,
        baseline_model,
        options=options,
        thresholds=thresholds,
        examples=[span.uri for span in examples],
        baselines=baselines.uri if baselines else None,
    )
