"""BaselineEvaluator: the figures of simple ways that stand beside a model's."""

from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, Model

from objects_that_sound.components.baseline_evaluator.baselines import BaselineOptions
from objects_that_sound.components.baseline_evaluator.evaluate import evaluate_baselines
from objects_that_sound.components.evaluation.artifacts import Evaluation


@component
def BaselineEvaluator(
    examples: InputArtifact[list[Examples]],
    pairs: InputArtifact[Examples],
    model: InputArtifact[Model],
    evaluation: OutputArtifact[Evaluation],
    options: Parameter[str] = "",
):
    """Measures what is reached on the same examples without a trained network.

    Args:
        examples: Examples with the split `train` and the split that is measured.
        pairs: Examples made by AvcPairGen.
        model: Model whose network is measured untrained, too.
        evaluation: figures; see `evaluate_baselines`.
        options: JSON of `BaselineOptions`.
    """
    result = evaluate_baselines(
        [one.uri for one in examples],
        pairs.uri,
        model.uri,
        options=BaselineOptions.from_json(options),
    )
    result.write(evaluation.uri)
